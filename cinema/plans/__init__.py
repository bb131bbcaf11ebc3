"""Seating plans: from a file in pretix's public JSON format to the layout that a screen's map is drawn from.

`document` reads the file and refuses what is broken, `labels` gives every seat its public id, `layout` puts
both together, `halls` answers questions about a stored layout. Nothing here touches the database. The format is
`seating-plan.schema.json` of pretix, old and new fields alike; what it has no field for is read like this:

- a seat is a **couple** seat when its category's name contains "couple": neighbours in a row are paired in twos from
  the row's first, so across an aisle only where a block has an odd number of them;
- a seat is a **wheelchair** or a **companion** place when its category's name contains that word ("Wheelchair
  companion" is a companion place);
- or a seat has the property `"housefull": {"wheelchair": true, "companion": true, "couple": "<guid or id of
  its partner>"}`; pretix's free editor does not know this property and drops it.

The layout, lengths in the plan's own units and every position absolute:

    {seats: [{id, row, number, x, y, tier, wheelchair, companion, couple}],
     tiers: [{name, color}],
     areas: [{shape, x, y, rotation, color, border_color, text, …}],
     size: {width, height}}

`x, y` of a seat is its centre. An area has `width, height` (rectangle, from its upper left corner), `radius`
(circle, from its centre), `radius_x, radius_y` (ellipse), `points: [{x, y}]` (polygon) or nothing more
(text); `rotation` is clockwise in degrees around the area's `x, y`; `text` is `{x, y, text, size, color}` or
null.
"""

from cinema.plans.document import LARGEST_FILE, MOST_SEATS, PlanError
from cinema.plans.layout import Plan, read_plan

__all__ = ["LARGEST_FILE", "MOST_SEATS", "Plan", "PlanError", "read_plan"]
