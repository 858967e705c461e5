"""Every import is a declared dependency, and every dependency is imported."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lstm_video_lab.course import doctor

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lstm_video_lab"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
IMPORTED_IF_THERE = {  # distribution → its extra; without it, one line says what to install
    "av": "video",
    "docutils": "site",
    "latex2mathml": "site",
    "myst-nb": "site",
    "nbval": "test",  # the judge of a grader's notebooks
    "nltk": "meteor",
    "numba": "fast",
    "pytest": "test",  # with nbval
    "sphinx": "site",
    "sphinx-book-theme": "site",
    "torchvision": "backbones",
    "triton": "test",  # comes with torch where it can be used
}
NEEDED_WITHOUT_IMPORT = {
    "ipykernel": "the kernel that runs the lessons",
}


def declared(requirements):
    """Name of a distribution → what is asked of its version."""
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(one.name): one.specifier for one in parsed}


DEPENDENCIES = declared(PROJECT["dependencies"])


def imported_modules(path):
    """The first words of all that a file imports, within functions too."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules.add(node.module.partition(".")[0])
    return modules


def foreign_distributions():
    """Distribution → files that import it, for all that is neither Python's nor the lab's."""
    distributions = packages_distributions()
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        beside = {other.stem for other in path.parent.glob("*.py")}  # a script imports these so
        for module in imported_modules(path) - sys.stdlib_module_names - beside:
            if module != PACKAGE.name:
                name = canonicalize_name(distributions.get(module, [module])[0])
                found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


IMPORTED = foreign_distributions()


def test_every_import_is_declared():
    undeclared = {
        name: files
        for name, files in IMPORTED.items()
        if name not in DEPENDENCIES and name not in IMPORTED_IF_THERE
    }
    assert undeclared == {}


def test_what_is_imported_if_it_is_there_has_an_extra():
    for name, extra in IMPORTED_IF_THERE.items():
        assert name in IMPORTED
        assert name not in DEPENDENCIES
        assert name in declared(EXTRAS[extra])


def test_every_dependency_is_imported_or_has_a_reason():
    assert set(DEPENDENCIES) - set(IMPORTED) == set(NEEDED_WITHOUT_IMPORT)


def test_an_extra_holds_nothing_that_is_not_used():
    for extra in set(EXTRAS) - {"test"}:
        assert set(declared(EXTRAS[extra])) <= set(IMPORTED)


@pytest.mark.parametrize(
    ("versions", "requirements"),
    [
        (doctor.LEAST, PROJECT["dependencies"]),
        (doctor.FOR_GRADING, EXTRAS["test"]),
    ],
)
def test_the_doctor_asks_for_the_same_versions(versions, requirements):
    for name, least in versions.items():
        assert str(declared(requirements)[name]) == f">={least}"
