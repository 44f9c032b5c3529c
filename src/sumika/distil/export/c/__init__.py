"""An array student as one C99 source and one header, for microcontrollers."""

from sumika.distil.export.c._host import FLAGS, run_c
from sumika.distil.export.c._source import CExport, export_c

__all__ = ["FLAGS", "CExport", "export_c", "run_c"]
