"""The verbs that change seats, for every other app.

Owner strings are `user_<pk>` or `guest_<id>` (see `seating.identity`). Seats are public ids such as `B12`.
Times are aware UTC datetimes. Every function raises `seating.errors` and nothing else.

`holds` asks Redis, which decides quickly who may try. `claims`, `blocks` and `offers` write to PostgreSQL, which
decides what is sold, and Redis follows. `execute` runs the Lua scripts, `reconcile` corrects Redis after a loss, and
`notices` sends a message to one person.
"""
