"""How fast Housefull is, each figure against a reference in the same run. `make bench`; docs/performance.md explains.

`__main__` runs the rows. A row (`rows/`) starts servers (`subjects`), sends a crowd of plain websocket clients to them
(`crowd`) and answers with a `figures.Row`. What runs where, and what it costs, is asked of the kernel (`machine`).
"""
