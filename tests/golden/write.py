"""Write the golden files and the tables of the docs anew, then read the difference before you commit it."""

from tests.golden.cases import expected_of, inputs, outcome
from tests.golden.tables import PAGE, page


def main() -> None:
    """Write what every input becomes now, and remove what no input accounts for."""
    wanted = set()
    for source, path in inputs():
        expected = expected_of(path)
        wanted.add(expected)
        text = outcome(source, path.read_bytes())
        if not expected.exists() or expected.read_text(encoding="utf-8") != text:
            expected.write_text(text, encoding="utf-8")
            print(f"written: {expected.parent.name}/{expected.name}")
    for folder in {path.parent for path in wanted}:
        for stray in set(folder.glob("*.expected.json")) - wanted:
            stray.unlink()
            print(f"removed: {folder.name}/{stray.name}")
    if PAGE.read_text(encoding="utf-8") != page():
        PAGE.write_text(page(), encoding="utf-8")
        print(f"written: {PAGE.parent.name}/{PAGE.name}")


if __name__ == "__main__":
    main()
