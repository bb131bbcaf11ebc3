"""How fast Housefull is, each figure against a reference in the same run. `make bench`; docs/performance.md explains.

`__main__` runs the rows. A row (`rows/`) starts servers (`subjects`), connects a crowd of plain websocket clients to
them (`crowd`) and returns `figures.Row`s. `environment` has what all rows share: Valkey, PostgreSQL and shows. Which
core runs what, and what it costs, comes from the kernel (`machine`).
"""
