"""The load tester behind `manage.py stampede`: viewers and buyers from one process, and a proof from outside.

It uses only what docs/protocol.md and the HTTP API promise: no model, no Redis, no setting of the site it tests.

    plan, address   what a run is asked to do, and where the site is
    target          the show and its hall; what is wrong with them in one line
    client          HTTP over one kept connection
    frames          each frame parsed once, however many viewers get it
    viewers         one viewer's map; crowd keeps thousands of viewers connected
    choosing        which seats a buyer chooses
    buyers          hold, release, walk away, pay; buyer_sockets are their sockets, the market is what they share
    ledger          what every buyer was granted, and when; proof checks it
    measures        distributions and counts; matching finds the frame that shows a hold
    run             from the first socket to the proof; sale starts the buyers, catching_up waits until all agree
    results         what the run found out, as plain data
    progress, summary, report and plots show it
"""
