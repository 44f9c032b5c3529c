"""Tables that another program recorded."""

from sumika.sensors.reference.csv_file.driver import CsvFile, Table, read_table

__all__ = ["CsvFile", "Table", "read_table"]
