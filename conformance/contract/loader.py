"""Reads the TOML files of the contract and turns them into objects, or says which file, table and key is wrong."""

from __future__ import annotations

import datetime
import functools
import json
import tomllib
from pathlib import Path
from typing import Any, Final

from conformance.contract import objects
from conformance.wire.schema import violations

FOLDER: Final = Path(__file__).parent
MODELS_FILE: Final = "models.toml"
PARAMETERS_CHAPTER: Final = "unsupported_parameters"


class ContractError(Exception):
    """A mistake in a file of the contract: which file, which table and key, and what is wrong there."""

    def __init__(self, file: Path, where: str, problem: str) -> None:
        super().__init__(f"{file.name}: {where or 'top level'}: {problem}")


@functools.cache
def load(name: str = "databricks", folder: Path = FOLDER) -> objects.Contract:
    """The contract under one of its names.

    Raises ContractError for a mistake in a file, ValueError for a name that is not in objects.CONTRACT_NAMES.
    """
    if name not in objects.CONTRACT_NAMES:
        raise ValueError(f"no contract named {name!r}, only {', '.join(objects.CONTRACT_NAMES)}")
    models_file = folder / MODELS_FILE
    table = _read(models_file, "models")
    models = _models(models_file, table)
    chapters = {file.stem: _chapter(file, folder, models) for file in chapter_files(folder)}
    requirements = {row.id: row for chapter in chapters.values() for row in chapter.requirements}
    _check_parts(folder, requirements)
    parameters_file = folder / f"{PARAMETERS_CHAPTER}.toml"
    return objects.Contract(
        name=name,
        version=table["version"],
        representative=table["representative"],
        # Any server's model may have the name of one of Databricks'.
        models=models if name == objects.DATABRICKS else {},
        patterns={
            objects.Lifecycle.FOREIGN: tuple(table["foreign_patterns"]),
            objects.Lifecycle.GPT_OSS: tuple(table["gpt_oss_patterns"]),
        },
        chapters=chapters,
        parameters=_parameters(parameters_file, requirements) if parameters_file.exists() else {},
        requirements=requirements,
    )


def chapter_files(folder: Path = FOLDER) -> list[Path]:
    """The TOML files of the chapters, in the order of their names."""
    return sorted(file for file in folder.glob("*.toml") if file.name != MODELS_FILE)


def _read(file: Path, kind: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContractError(file, "", f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(file, "", f"is not TOML: {error}") from error
    for violation in violations(f"contract#/$defs/{kind}", _as_json(table)):
        problem = f"expected {violation.expected}, received {violation.received}"
        raise ContractError(file, _where(table, violation.pointer), problem)
    return table


def _as_json(table: dict[str, Any]) -> Any:
    """The table with dates as strings, which is all that TOML has and JSON lacks."""
    return json.loads(json.dumps(table, default=str))


def _where(table: dict[str, Any], pointer: str) -> str:
    """A JSON pointer into a TOML file, in the words of TOML: ``[[model]] number 3 "gpt-5": efforts/0``."""
    match pointer.split("/")[1:]:
        case [name, number, *key] if isinstance(table.get(name), list):
            row = table[name][int(number)]
            title = row.get("id", row.get("name", "")) if isinstance(row, dict) else ""
            return f'[[{name}]] number {int(number) + 1} "{title}"' + (f": {'/'.join(key)}" if key else "")
        case key:
            return "/".join(key)


def _models(file: Path, table: dict[str, Any]) -> dict[str, objects.Model]:
    models: dict[str, objects.Model] = {}
    for number, row in enumerate(table["model"]):
        where = _where(table, f"/model/{number}")
        lists = {name: tuple(row.get(name, ())) for name in ("efforts", "refused_tools")}
        model = objects.Model(**row | lists | {"lifecycle": objects.Lifecycle(row["lifecycle"])})
        if model.retires is not None and not isinstance(model.retires, datetime.date):
            raise ContractError(file, f"{where}: retires", "has to be a date, without quotation marks")
        if model.name in models:
            raise ContractError(file, where, "the name is used twice")
        for key in ("lowest_effort", "default_effort", "hosted_tools_effort"):
            if model.efforts and key in row and row[key] not in model.efforts:
                raise ContractError(file, f"{where}: {key}", f"is not one of the efforts {', '.join(model.efforts)}")
        models[model.name] = model
    _check_representative(file, table["representative"], models)
    return models


def _check_representative(file: Path, name: str, models: dict[str, objects.Model]) -> None:
    model = models.get(name)
    if model is None or model.lifecycle is not objects.Lifecycle.ACTIVE:
        raise ContractError(file, "representative", f'"{name}" is no active model of {MODELS_FILE}')


def _chapter(file: Path, folder: Path, models: dict[str, objects.Model]) -> objects.Chapter:
    table = _read(file, "chapter")
    if "representative" in table:
        _check_representative(file, table["representative"], models)
    requirements: dict[str, objects.Requirement] = {}
    for number, row in enumerate(table["requirement"]):
        where = _where(table, f"/requirement/{number}")
        requirement = _requirement(row)
        if requirement.chapter != file.stem:
            raise ContractError(file, f"{where}: id", f'has to begin with "{file.stem}."')
        if requirement.id in requirements:
            raise ContractError(file, f"{where}: id", "is used twice")
        requirements[requirement.id] = requirement
    universal = table.get("universal", False)
    if not universal and folder == FOLDER and not (folder.parent / f"test_{file.stem}.py").exists():
        raise ContractError(file, "universal", f"is not set, and conformance/test_{file.stem}.py does not exist")
    return objects.Chapter(
        file.stem, table["title"], universal, tuple(requirements.values()), table.get("representative")
    )


def _requirement(row: dict[str, Any]) -> objects.Requirement:
    levels = row.get("level", [])
    if isinstance(levels, str):
        levels = [{"is": levels}]
    return objects.Requirement(
        id=row["id"],
        statement=row["statement"],
        source=row["source"],
        levels=tuple(
            (objects.Condition(**{key: value for key, value in rule.items() if key != "is"}), objects.Level(rule["is"]))
            for rule in levels
        ),
        applies_to=objects.Condition(**row.get("applies_to", {})),
        excluded=row.get("excluded"),
        weakest=row.get("weakest"),
        clients=tuple(row.get("clients", ())),
    )


def _check_parts(folder: Path, requirements: dict[str, objects.Requirement]) -> None:
    """Raises ContractError for a weakest part that is no requirement with a level of its own."""
    for row in requirements.values():
        part = None if row.weakest is None else requirements.get(row.weakest)
        if row.weakest is not None and (part is None or part.weakest is not None):
            problem = f'no requirement with a level of its own has the id "{row.weakest}"'
            raise ContractError(folder / f"{row.chapter}.toml", f'"{row.id}": weakest', problem)


def _parameters(file: Path, requirements: dict[str, objects.Requirement]) -> dict[str, objects.Parameter]:
    table = _read(file, "chapter")
    parameters: dict[str, objects.Parameter] = {}
    for number, row in enumerate(table.get("parameter", ())):
        where = _where(table, f"/parameter/{number}")
        if row["name"] in parameters:
            raise ContractError(file, f"{where}: name", "is used twice")
        parameter = objects.Parameter(row["name"], tuple(_value(file, where, value) for value in row["values"]))
        if len({value.id for value in parameter.values}) < len(parameter.values):
            raise ContractError(file, f"{where}: values", "two values have the same id")
        requirement = requirements.get(f"{file.stem}.{parameter.name}")
        if requirement is None:
            raise ContractError(file, f"{where}: name", f'no requirement has the id "{file.stem}.{parameter.name}"')
        declared = {level for _, level in requirement.levels}
        for value in parameter.values:
            if value.level is not objects.Level.MAY and value.level not in declared:
                problem = f'value {value.json} is a {value.level}, its requirement "{requirement.id}" is not'
                raise ContractError(file, f"{where}: values", problem)
        parameters[parameter.name] = parameter
    return parameters


def _value(file: Path, where: str, row: dict[str, Any]) -> objects.Value:
    try:
        value = json.loads(row["json"])
    except ValueError as error:
        raise ContractError(file, f"{where}: values", f"{row['json']!r} is not JSON text: {error}") from error
    return objects.Value(row.get("id", row["json"].strip('"')), row["json"], value, objects.Level(row["level"]))
