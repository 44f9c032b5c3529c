"""Reads files of the office: CSV, Excel, JSON, the text of PDFs, plain text. What cannot be read is said, and why.

from sumika.desk.reading import UnreadError, read_file

document = read_file("prices.xlsx", data)  # raises UnreadError with the reason
document.tables[0].rows[3][1].place.words  # prices.xlsx, Sheet1!B4
"""

from sumika.desk.reading._document import Document, Piece, Place, Table, UnreadError, tidy
from sumika.desk.reading._file import LARGEST_BYTES, read_file
from sumika.desk.reading._values import read_date, read_number

__all__ = [
    "LARGEST_BYTES",
    "Document",
    "Piece",
    "Place",
    "Table",
    "UnreadError",
    "read_date",
    "read_file",
    "read_number",
    "tidy",
]
