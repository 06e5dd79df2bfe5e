"""What riskaid doctor finds, and that it never guesses."""

import importlib.util
import shutil
import tomllib
from pathlib import Path

from riskaid import doctor

MODULE_OF = {
    "scikit-learn": "sklearn", "pyjwt": "jwt", "python-multipart": "python_multipart",
}  # fmt: skip


def test_every_part_says_what_needs_it_and_how_to_install_it():
    found = doctor.examine()["parts"]
    assert [part["name"] for part in found] == list(doctor.PARTS)
    assert all(part["needed_for"] and part["install"] for part in found)


def test_a_missing_program_is_missing_and_a_present_one_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/x/{name}")
    assert doctor.PARTS["java"].found() == "/x/java"
    assert doctor.PARTS["chromium"].found() == "/x/chromium"
    assert doctor.postgresql_binaries() == str(Path("/x"))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(doctor.Path, "glob", lambda _self, _pattern: iter(()))
    assert doctor.PARTS["java"].found() is None
    assert doctor.PARTS["chromium"].found() is None
    assert doctor.PARTS["postgresql"].found() is None


def test_the_newest_postgresql_is_taken_when_none_is_on_the_path(monkeypatch):
    programs = [Path("/pg/14/bin/initdb"), Path("/pg/15/bin/initdb")]
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(doctor.Path, "glob", lambda _self, _pattern: iter(programs))
    assert doctor.postgresql_binaries() == str(Path("/pg/15/bin"))


def test_a_library_may_have_another_name_on_another_system(monkeypatch):
    monkeypatch.setattr(doctor.sys, "platform", "darwin")
    monkeypatch.setattr(
        doctor.ctypes.util,
        "find_library",
        {"omp": "libomp.dylib"}.get,
    )
    assert doctor.PARTS["libgomp"].found() == "libomp.dylib"
    assert doctor.PARTS["pango"].found() is None
    monkeypatch.setattr(doctor.sys, "platform", "win32")
    assert doctor.PARTS["libgomp"].found() == "not needed on Windows"


def test_an_extra_names_the_modules_it_lacks(monkeypatch):
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name in ("uvicorn", "jwt") else object(),
    )
    assert doctor.missing_modules("serve") == ["jwt", "uvicorn"]
    assert doctor.missing_modules("train") == []
    states = {one["name"]: one["installed"] for one in doctor.examine()["extras"]}
    assert states["train"]
    assert not states["serve"]


def test_every_extra_of_the_project_is_known_to_the_doctor(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    assert set(doctor.EXTRAS) == set(extras) - {"dev"}
    for extra, modules in doctor.EXTRAS.items():
        declared = {one.split(">")[0].split("[")[0].lower() for one in extras[extra]}
        modules_declared = {MODULE_OF.get(name, name) for name in declared}
        assert set(modules) <= modules_declared, extra


def test_the_script_for_system_parts_installs_every_part(root):
    script = (root / ".ci" / "system-parts").read_text(encoding="utf-8")
    for part in doctor.PARTS.values():
        package = part.install.split("apt-get install ")[1].split()[0]
        assert package in script, part.name


def test_what_only_makes_work_quicker_is_named_with_its_extra(monkeypatch, root):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    (numba,) = doctor.examine()["quicker"]
    assert (numba["name"], numba["installed"]) == ("numba", False)
    assert numba["install"] == "pip install 'riskaid[train]'"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    assert doctor.examine()["quicker"][0]["installed"]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    for name, (_, extra) in doctor.QUICKER.items():
        assert any(one.startswith(name) for one in extras[extra])
