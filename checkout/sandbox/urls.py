"""Every address of the payment sandbox; the command makes it the whole site of its process."""

from django.urls import re_path

from checkout.sandbox.views import edge, files, razorpay, testing

ID = "([A-Za-z0-9_]{1,64})"

urlpatterns = [
    re_path(r"^$", files.index),
    re_path(r"^checkout\.js$", files.checkout_js),
    re_path(r"^checkout\.css$", files.checkout_css),
    re_path(r"^v1/orders/?$", razorpay.order_list),
    re_path(rf"^v1/orders/{ID}$", razorpay.order),
    re_path(rf"^v1/orders/{ID}/payments$", razorpay.order_payments),
    re_path(r"^v1/payments/?$", razorpay.payment_list),
    re_path(rf"^v1/payments/{ID}$", razorpay.payment),
    re_path(rf"^v1/payments/{ID}/capture$", razorpay.payment_capture),
    re_path(rf"^v1/payments/{ID}/refund$", razorpay.payment_refund),
    re_path(rf"^v1/payments/{ID}/refunds$", razorpay.payment_refunds),
    re_path(rf"^v1/payments/{ID}/refunds/{ID}$", razorpay.payment_refund_detail),
    re_path(r"^v1/refunds/?$", razorpay.refund_list),
    re_path(rf"^v1/refunds/{ID}$", razorpay.refund),
    re_path(r"^_test/pay/?$", testing.pay),
    re_path(r"^_test/webhooks/?$", testing.webhook_switch),
    re_path(r"^_test/webhooks/redeliver/?$", testing.webhook_redeliver),
    re_path(r"^_test/refunds/?$", testing.refund_switch),
    re_path(r"^_test/faults/?$", testing.fault_switch),
    re_path(r"^_test/clock/?$", testing.clock),
    re_path(r"^.*$", edge.unknown_address),
]
