"""Floor plans as DXF: closed polylines of the model space, read by ezdxf, with texts as names."""

import io

from sumika.dashboard.plan_files.outlines import Collected, Drawing, Outline
from sumika.dashboard.problem import refused


def read_dxf(content: bytes) -> Drawing:
    """Return a drawing, in text or binary form, of whichever code page.

    Raises:
        RefusedError: if it is no DXF, or ezdxf is not there.
    """
    try:
        from ezdxf import recover  # an extra of its own: few have their plan as DXF
        from ezdxf.entities.line import Line
        from ezdxf.entities.lwpolyline import LWPolyline
        from ezdxf.entities.mtext import MText
        from ezdxf.entities.polyline import Polyline
        from ezdxf.entities.text import Text
        from ezdxf.enums import InsertUnits
        from ezdxf.lldxf.const import DXFError
        from ezdxf.units import conversion_factor
    except ImportError as error:
        raise refused(422, "plan_dxf_missing") from error
    found = Collected()
    try:
        document, _ = recover.read(io.BytesIO(content))
        for entity in document.modelspace():
            layer = entity.dxf.layer
            if isinstance(entity, LWPolyline):
                points = entity.get_points("xyb")
                corners, curved = tuple((x, y) for x, y, _ in points), any(bulge for _, _, bulge in points)
                found.add(Outline(corners=corners, closed=entity.closed, layer=layer, curved=curved))
            elif isinstance(entity, Polyline) and entity.is_2d_polyline:
                corners = tuple((vertex.dxf.location.x, vertex.dxf.location.y) for vertex in entity.vertices)
                curved = any(vertex.dxf.get("bulge", 0.0) for vertex in entity.vertices)
                found.add(Outline(corners=corners, closed=entity.is_closed, layer=layer, curved=curved))
            elif isinstance(entity, Line):
                ends = tuple((end.x, end.y) for end in (entity.dxf.start, entity.dxf.end))
                found.add(Outline(corners=ends, closed=False, layer=layer))
            elif isinstance(entity, Text | MText):
                found.label(str(entity.plain_text()), (entity.dxf.insert.x, entity.dxf.insert.y))
        known = InsertUnits(document.units)
        metres = InsertUnits.Meters
        metres_per_unit = conversion_factor(known, metres) if known is not InsertUnits.Unitless else None
    except (DXFError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError) as error:
        raise refused(422, "plan_dxf", why=str(error)[:200]) from error
    return Drawing(outlines=tuple(found.outlines), labels=tuple(found.labels), metres_per_unit=metres_per_unit)
