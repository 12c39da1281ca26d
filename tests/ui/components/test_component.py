import re
from pathlib import Path

import pytest

from musicgen.ui.components import component as components
from musicgen.ui.components.component import join_modules

ASSETS = sorted(Path(components.__file__).parent.glob("*_assets"))


def test_imported_modules_come_once_before_those_that_import_them(tmp_path: Path) -> None:
    (tmp_path / "roll").mkdir()
    (tmp_path / "a.js").write_text(
        'import { b } from "./roll/b.js";\nimport { c,\n  d } from "./c.js";\n'
        "export default function () {}\n"
    )
    (tmp_path / "roll" / "b.js").write_text('import { c } from "../c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\nexport function d() {}\n")
    lines = [line for line in join_modules(tmp_path, "a.js").split("\n") if line]
    assert lines == [
        "const c = 1;",
        "function d() {}",
        "const b = c;",
        "export default function () {}",
    ]


@pytest.mark.parametrize("folder", ASSETS, ids=lambda folder: folder.name)
def test_components_have_every_module_and_no_name_twice(folder: Path) -> None:
    name = folder.name.removesuffix("_assets")
    text = join_modules(folder, f"{name}.js")
    assert not re.search(r"^import\b", text, re.MULTILINE)
    names = re.findall(r"^(?:function|class|const|let) (\w+)", text, re.MULTILINE)
    assert sorted(set(names)) == sorted(names)
    scripts = list(folder.rglob("*.js"))
    assert all(path.read_text("utf-8").split("\n")[0] in text for path in scripts)
