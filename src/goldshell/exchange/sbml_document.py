"""An SBML Level 3 Version 2 core document from plain formulas, written with the standard library's XML.

Formulas are Python expressions over the document's names: + - * / **, exp(), sum(a, b, ...), comparisons,
`x if c else y`, and `time` for the time of the simulation. All species are amounts, so that a name in a formula means
an amount.

References
----------
Hucka et al., J. Integr. Bioinform. 16 (2019) 20190021, doi:10.1515/jib-2019-0021 (SBML Level 3 Version 2 Core)
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

_SBML = "http://www.sbml.org/sbml/level3/version2/core"
_MATHML = "http://www.w3.org/1998/Math/MathML"
_XHTML = "http://www.w3.org/1999/xhtml"

# Symbol -> (kind, exponent, scale, multiplier) of each base unit in it.
_UNITS: dict[str, tuple[tuple[str, int, int, float], ...]] = {
    "umol": (("mole", 1, -6, 1.0),),
    "mL": (("litre", 1, -3, 1.0),),
    "mM": (("mole", 1, -3, 1.0), ("litre", -1, 0, 1.0)),
    "h": (("second", 1, 0, 3600.0),),
    "s": (("second", 1, 0, 1.0),),
    "m": (("metre", 1, 0, 1.0),),
    "m²": (("metre", 2, 0, 1.0),),
    "m³": (("metre", 3, 0, 1.0),),
}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "divide", ast.Pow: "power",
    ast.GtE: "geq", ast.Gt: "gt", ast.LtE: "leq", ast.Lt: "lt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A constant, or the size of a compartment: value [unit], what it means, where the value is from."""

    value: float
    unit: str
    meaning: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A quantity that follows from others at every moment: formula [unit], what it means."""

    formula: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """Species -> stoichiometry on each side, and the rate [extent per time]."""

    reactants: dict[str, int]
    products: dict[str, int]
    rate: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """When the trigger becomes true, each name gets the value of its formula."""

    trigger: str
    assignments: dict[str, str]


@dataclass(slots=True)
class Document:
    """A model to be written as SBML; dictionaries go from the name in the model to what it is.

    Parameters
    ----------
    name, notes : title and paragraphs
    compartments : sizes
    species : name -> (compartment, meaning); amounts, 0 unless in ``starts``
    parameters : constants; only those that a formula uses are written
    starts : formulas of initial values
    rules : formulas that hold at every moment; of a compartment where the name is one
    rates : formulas of time derivatives
    reactions, events : by name
    """

    name: str
    notes: list[str] = field(default_factory=list)
    compartments: dict[str, Quantity] = field(default_factory=dict)
    species: dict[str, tuple[str, str]] = field(default_factory=dict)
    parameters: dict[str, Quantity] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def formulas(self) -> tuple[str, ...]:
        """All formulas of the document."""
        return (
            *self.starts.values(),
            *(rule.formula for rule in self.rules.values()),
            *self.rates.values(),
            *(reaction.rate for reaction in self.reactions.values()),
            *(event.trigger for event in self.events.values()),
            *(formula for event in self.events.values() for formula in event.assignments.values()),
        )

    def drop_unused(self) -> None:
        """Forget the parameters that no formula uses."""
        used = {name for formula in self.formulas() for name in _names(formula)}
        changing = {name for event in self.events.values() for name in event.assignments}
        self.parameters = {name: item for name, item in self.parameters.items() if name in used | changing}

    def fix_constants(self) -> None:
        """Turn the rules that follow from constants alone into numbers."""
        moving = {name for event in self.events.values() for name in event.assignments} | set(self.rates)
        known: dict[str, object] = {
            name: item.value
            for name, item in (*self.parameters.items(), *self.compartments.items())
            if name not in moving and name not in self.rules
        }
        known |= {"__builtins__": {}, "exp": math.exp, "sum": lambda *terms: math.fsum(terms)}
        waiting = dict(self.rules)
        while ready := {name: rule for name, rule in waiting.items() if _names(rule.formula) <= known.keys()}:
            for name, rule in ready.items():
                known[name] = value = float(eval(rule.formula, known))
                where = self.compartments if name in self.compartments else self.parameters
                where[name] = Quantity(value, rule.unit, rule.meaning)
                del waiting[name]
        self.rules = waiting

    def structure(self) -> str:
        """Everything but the values: two documents of equal structure differ in numbers only."""
        return repr(
            (
                list(self.compartments),
                self.species,
                list(self.parameters),
                self.starts,
                self.rules,
                self.rates,
                self.reactions,
                self.events,
            )
        )


def write_document(document: Document) -> str:
    """The document as SBML text.

    Parameters
    ----------
    document : with amounts in umol, volumes in mL, time in h
    """
    root = ET.Element("sbml", {"xmlns": _SBML, "level": "3", "version": "2"})
    model = ET.SubElement(
        root,
        "model",
        {
            "id": "exchange", "name": document.name, "substanceUnits": "umol", "timeUnits": "h",
            "volumeUnits": "mL", "extentUnits": "umol",
        },
    )  # fmt: skip
    _notes(model, document.notes)
    moving = {name for event in document.events.values() for name in event.assignments} | set(document.rates)
    units = {"umol", "h", "mL", *(item.unit for item in document.parameters.values())}
    units |= {rule.unit for rule in document.rules.values()} - {"1"}
    inside = ET.SubElement(model, "listOfUnitDefinitions")
    for unit in sorted(units - {"1"}):
        _unit_definition(inside, unit)
    inside = ET.SubElement(model, "listOfCompartments")
    for name, size in document.compartments.items():
        fixed = name not in moving and name not in document.rules
        given = {"size": repr(float(size.value))} if name not in document.rules else {}
        ET.SubElement(
            inside,
            "compartment",
            {"id": name, "name": size.meaning, "spatialDimensions": "3", **given, "constant": _word(fixed)},
        )
    inside = ET.SubElement(model, "listOfSpecies")
    for name, (compartment, meaning) in document.species.items():
        given = {} if name in document.starts else {"initialAmount": "0"}
        ET.SubElement(
            inside,
            "species",
            {
                "id": name, "name": meaning, "compartment": compartment, **given, "hasOnlySubstanceUnits": "true",
                "boundaryCondition": "false", "constant": "false",
            },
        )  # fmt: skip
    inside = ET.SubElement(model, "listOfParameters")
    for name, item in document.parameters.items():
        element = _parameter(inside, name, item.meaning, item.unit, constant=name not in moving)
        element.set("value", repr(float(item.value)))
        if item.source:
            _notes(element, [f"source: {item.source}"])
    for name, rule in document.rules.items():
        if name not in document.compartments:
            _parameter(inside, name, rule.meaning, rule.unit, constant=False)
    if document.starts:
        inside = ET.SubElement(model, "listOfInitialAssignments")
        for name, formula in document.starts.items():
            _math(ET.SubElement(inside, "initialAssignment", {"symbol": name}), formula)
    inside = ET.SubElement(model, "listOfRules")
    for name, rule in document.rules.items():
        _math(ET.SubElement(inside, "assignmentRule", {"variable": name}), rule.formula)
    for name, formula in document.rates.items():
        _math(ET.SubElement(inside, "rateRule", {"variable": name}), formula)
    inside = ET.SubElement(model, "listOfReactions")
    for name, reaction in document.reactions.items():
        _reaction(inside, name, reaction)
    if document.events:
        inside = ET.SubElement(model, "listOfEvents")
        for name, event in document.events.items():
            _event(inside, name, event)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def mathml(formula: str) -> ET.Element:
    """A formula as content MathML."""
    return _node(ast.parse(formula, mode="eval").body)


def _names(formula: str) -> set[str]:
    """Names of quantities in a formula."""
    return {node.id for node in ast.walk(ast.parse(formula)) if isinstance(node, ast.Name)} - {"sum", "exp"}


def _node(node: ast.expr) -> ET.Element:
    if isinstance(node, ast.Constant):
        return _number(node.value)
    if isinstance(node, ast.Name) and node.id == "time":
        element = ET.Element("csymbol", {"encoding": "text", "definitionURL": "http://www.sbml.org/sbml/symbols/time"})
        element.text = "time"
        return element
    if isinstance(node, ast.Name):
        element = ET.Element("ci")
        element.text = node.id
        return element
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _apply("minus", node.operand)
    if isinstance(node, ast.BinOp):
        return _apply(_OPERATORS[type(node.op)], node.left, node.right)
    if isinstance(node, ast.Compare):
        return _apply(_OPERATORS[type(node.ops[0])], node.left, node.comparators[0])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "sum" and len(node.args) == 1:
            return _node(node.args[0])
        return _apply({"sum": "plus", "exp": "exp"}[node.func.id], *node.args)
    if isinstance(node, ast.IfExp):
        choice = ET.Element("piecewise")
        piece = ET.SubElement(choice, "piece")
        piece.extend((_node(node.body), _node(node.test)))
        ET.SubElement(choice, "otherwise").append(_node(node.orelse))
        return choice
    raise ValueError(f"no MathML for {ast.unparse(node)}")


def _apply(operator: str, *arguments: ast.expr) -> ET.Element:
    element = ET.Element("apply")
    ET.SubElement(element, operator)
    element.extend(_node(argument) for argument in arguments)
    return element


def _number(value: object) -> ET.Element:
    element = ET.Element("cn")
    text = repr(value)
    if isinstance(value, int):
        element.set("type", "integer")
        element.text = text
    elif "e" in text:
        element.set("type", "e-notation")
        element.text, exponent = text.split("e")
        ET.SubElement(element, "sep").tail = str(int(exponent))
    else:
        element.text = text
    return element


def _math(parent: ET.Element, formula: str) -> None:
    ET.SubElement(parent, "math", {"xmlns": _MATHML}).append(mathml(formula))


def _notes(parent: ET.Element, paragraphs: list[str]) -> None:
    body = ET.SubElement(ET.SubElement(parent, "notes"), "body", {"xmlns": _XHTML})
    for text in paragraphs:
        ET.SubElement(body, "p").text = text


def _parameter(parent: ET.Element, name: str, meaning: str, unit: str, *, constant: bool) -> ET.Element:
    return ET.SubElement(
        parent, "parameter", {"id": name, "name": meaning, "units": _unit_id(unit), "constant": _word(constant)}
    )


def _reaction(parent: ET.Element, name: str, reaction: Reaction) -> None:
    # A rate that is a difference is the net of both directions.
    element = ET.SubElement(parent, "reaction", {"id": name, "reversible": _word(" - " in reaction.rate)})
    if reaction.meaning:
        element.set("name", reaction.meaning)
    for side, members in (("listOfReactants", reaction.reactants), ("listOfProducts", reaction.products)):
        if members:
            inside = ET.SubElement(element, side)
            for species, count in members.items():
                ET.SubElement(
                    inside, "speciesReference", {"species": species, "stoichiometry": str(count), "constant": "true"}
                )
    _math(ET.SubElement(element, "kineticLaw"), reaction.rate)


def _event(parent: ET.Element, name: str, event: Event) -> None:
    element = ET.SubElement(parent, "event", {"id": name, "useValuesFromTriggerTime": "true"})
    trigger = ET.SubElement(element, "trigger", {"initialValue": "false", "persistent": "true"})
    _math(trigger, event.trigger)
    inside = ET.SubElement(element, "listOfEventAssignments")
    for variable, formula in event.assignments.items():
        _math(ET.SubElement(inside, "eventAssignment", {"variable": variable}), formula)


def _unit_definition(parent: ET.Element, unit: str) -> None:
    element = ET.SubElement(parent, "unitDefinition", {"id": _unit_id(unit), "name": unit})
    inside = ET.SubElement(element, "listOfUnits")
    for position, part in enumerate(unit.split("/")):
        for symbol in part.split("·"):
            for kind, exponent, scale, multiplier in () if symbol == "1" else _UNITS[symbol]:
                signed = exponent if position == 0 else -exponent
                ET.SubElement(
                    inside,
                    "unit",
                    {"kind": kind, "exponent": str(signed), "scale": str(scale), "multiplier": repr(multiplier)},
                )


def _unit_id(unit: str) -> str:
    if unit == "1":
        return "dimensionless"
    name = unit.replace("²", "2").replace("³", "3").replace("·", "_").replace("/", "_per_")
    return name.removeprefix("1_")


def _word(value: bool) -> str:
    return "true" if value else "false"
