-- One confirmed booking of three seats, for pgbench: the rows that checkout.payments.settling inserts and changes,
-- in one transaction, with nothing read and nothing decided. Bookings b1, b2, … and their claims were made before.
SELECT 'b' || n AS booking, 'order_' || n AS gateway_order, 'pay_' || n AS gateway_payment, 'confirmation-b' || n AS mail,
    'P' || n || '-1' AS first, 'P' || n || '-2' AS second, 'P' || n || '-3' AS third
  FROM nextval('bench_number') n \gset
BEGIN;
INSERT INTO checkout_payment
    (booking_id, order_id, payment_id, status, amount, currency, method, error, created_at, changed_at)
  VALUES (:booking, :gateway_order, :gateway_payment, 'captured', 78832, 'INR', 'upi', '', now(), now())
  RETURNING id AS payment \gset
UPDATE seating_claim SET state = 'sold', deadline = NULL, changed_at = now()
  WHERE show_id = :show AND seat IN (:first, :second, :third);
INSERT INTO checkout_ticket (id, booking_id, show_id, seat, code, created_at, checked_in_gate)
  VALUES (gen_random_uuid(), :booking, :show, :first, repeat('A', 150), now(), ''),
    (gen_random_uuid(), :booking, :show, :second, repeat('A', 150), now(), ''),
    (gen_random_uuid(), :booking, :show, :third, repeat('A', 150), now(), '');
UPDATE checkout_booking SET status = 'confirmed', paid_by_id = :payment, confirmed_at = now() WHERE id = :booking;
INSERT INTO checkout_outboxmessage (key, kind, booking_id, payload, created_at, due_at, attempts, error)
  VALUES (:mail, 'confirmation', :booking, '{}', now(), now(), 0, '');
COMMIT;
