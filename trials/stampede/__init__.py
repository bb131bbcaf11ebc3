"""The load tester behind `manage.py stampede`: viewers and buyers from one process, and proof from the outside.

It knows the contract and nothing else: no model, no Redis, no setting of the site it tries.

    address     where the site is
    target      the show and its hall; what is wrong with them in one line
    client      HTTP on one kept connection
    frames      each frame parsed once, however many viewers receive it
    viewers     one viewer's map and its way back; crowd keeps thousands of them connected
    choosing    which seats a buyer wants
    buyers      hold, release, abandon, pay; customers are their sockets, the market is what they share
    ledger      what every buyer was granted, and when; proof judges it
    measures    distributions and counts; watching matches holds with the frames that show them
    stampede    the run, from the first socket to the verdict; catching_up waits for all to agree
    results     what the run found out, as plain data
    progress, summary, report and plots show it
"""
