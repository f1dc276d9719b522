"""Execute the notebooks of this folder from top to bottom, failing on the first cell that raises.

`python notebooks/execute.py` only checks, `--write` stores the outputs in the files. The tests call `execute` on each
one of them.
"""

import argparse
import asyncio
import base64
import io
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parent


def paths() -> list[Path]:
    """List the notebooks in reading order."""
    return sorted(FOLDER.glob("*.ipynb"))


def execute(path: Path, *, timeout: float = 120.0) -> nbformat.NotebookNode:
    """Run every cell in a fresh kernel of this interpreter and return the notebook with its outputs.

    Parameters
    ----------
    path : Path
        The notebook; the file itself is left as it is.
    timeout : float
        Seconds a cell may take.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises; the message holds the cell's source and traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,  # or every execution would change the file
        coalesce_streams=True,  # likewise: where a stream is cut depends on the machine
        extra_arguments=["--log-level=ERROR"],  # the kernel talks to this process only
        resources={"metadata": {"path": str(FOLDER)}},
    )
    return asyncio.run(client.async_execute())


def compact(png: str) -> str:
    """Return a figure, PNG in base64, with a palette of 256 colours: a third of the size, and the eye sees no difference."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    small = io.BytesIO()
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Store an executed notebook, its figures compact, and without times, or every execution would change the file."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if "image/png" in shown:
                shown["image/png"] = compact(shown["image/png"])
            if "text/html" in shown:  # the page of a recording, its data escaped
                shown["text/html"] = re.sub(r"(&quot;seconds&quot;:)[\d.e-]+", r"\g<1>0", shown["text/html"])
    nbformat.write(notebook, path)


def main() -> int:
    """Execute the notebooks named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook of this folder")
    parser.add_argument("--write", action="store_true", help="store the outputs in the files")
    options = parser.parse_args()
    for path in options.notebooks or paths():
        start = time.perf_counter()
        notebook = execute(path)
        if options.write:
            write(notebook, path)
        print(f"{path.name}: {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
