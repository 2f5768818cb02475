"""What can stand in the input besides texts and images."""

from typing import Any, Final

Row = dict[str, Any]

FILE: Final[Row] = {
    "type": "input_file",
    "filename": "notes.txt",
    "file_data": "data:text/plain;base64,VGhlIG1lZXRpbmcgaXMgYXQgbm9vbi4=",
}
AUDIO: Final[Row] = {
    "type": "input_audio",
    "input_audio": {"format": "wav", "data": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="},
}
