"""The expressions of a function with all that is known put in."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterable
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from lrcli.expression import Expression
from lrcli.frameworks.torch.known import (
    MUTATING,
    NotPrinted,
    all_known,
    arguments_of,
    evaluated,
    given,
    is_ours,
    known,
    names_in,
    without_neutral,
)
from lrcli.frameworks.torch.remembered import values_of

_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.Subscript)
_NOT_PRINTED = (ast.With, ast.Import, ast.ClassDef, ast.Delete, ast.DictComp, ast.SetComp, ast.Await, ast.JoinedStr)


class Folding(ast.NodeTransformer):
    """What is left of expressions where the values of names are known.

    printed: what holds the definitions of functions and constants. known: values of names. bound: the names that the
    function binds itself. kept: the names that stay variables, since a loop or a branch assigns them. shared: variables
    that several functions change, with their names in what is printed; changed: those that this function does. owner:
    the class of a method.
    """

    def __init__(
        self, printed: Any, module: ModuleType, values: dict[str, Any], bound: set[str], owner: type | None = None
    ) -> None:
        self.printed, self.module, self.known, self.bound, self.owner = printed, module, values, bound, owner
        self.kept: set[str] = set()
        self.shared: dict[str, str] = {}
        self.changed: set[str] = set()

    def inner(self, names: Iterable[str]) -> Folding:
        """The code of a function, or of a comprehension, in this one that binds these names."""
        names = set(names)
        values = {name: value for name, value in self.known.items() if name not in names}
        inner = type(self)(self.printed, self.module, values, self.bound | names, self.owner)
        inner.kept, inner.shared, inner.changed = self.kept - names, self.shared, self.changed
        return inner

    def generic_visit(self, node: ast.AST) -> Any:
        if isinstance(node, _NOT_PRINTED):
            raise NotPrinted(f"{type(node).__name__} is not printed")
        super().generic_visit(node)
        parts = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        is_read = isinstance(node, _OPERATIONS) and not isinstance(getattr(node, "ctx", None), ast.Store)
        if is_read and all_known(parts):
            return evaluated(node)  # type: ignore[arg-type]
        return without_neutral(node) if isinstance(node, ast.BinOp) else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Store):
            self.changed |= {self.shared[node.id]} if node.id in self.shared else set()
        elif node.id in self.known:
            return known(self.known[node.id], node.id)
        if node.id in self.shared or node.id in self.bound:
            return ast.Name(self.shared.get(node.id, node.id), node.ctx)
        for names in (vars(self.module), vars(builtins)):
            if node.id in names:
                return known(names[node.id], node.id)
        raise NotPrinted(f"{node.id} is not known")

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self.visit(node.value)
        if not isinstance(owner, ast.Constant):
            return ast.Attribute(owner, node.attr, node.ctx)
        variable = self.printed.state(owner.value, node.attr)
        if variable is not None:
            self.changed |= {variable} if isinstance(node.ctx, ast.Store) else set()
            return ast.Name(variable, node.ctx)
        if isinstance(owner.value, Expression) and node.attr == "values":
            return known(partial(values_of, owner.value))
        if node.attr in MUTATING and not is_ours(type(owner.value)):
            raise NotPrinted("a list that is changed")
        try:
            return self.printed.metric(owner.value, node.attr) or known(getattr(owner.value, node.attr), node.attr)
        except Exception as error:  # as in `evaluated`
            raise NotPrinted(str(error)) from None

    def visit_Slice(self, node: ast.Slice) -> ast.expr:
        super().generic_visit(node)
        parts = [each or known(None) for each in (node.lower, node.upper, node.step)]
        return known(slice(*(each.value for each in parts))) if all_known(parts) else node  # type: ignore[attr-defined]

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        subscript = self.generic_visit(node)
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Constant):
            raise NotPrinted("a list that is changed")
        return subscript

    def _test(self, node: ast.expr) -> ast.expr:
        """Visit a condition. A last part that is known decides it, or is left out."""
        test = self.visit(node)
        last = test.values[-1] if isinstance(test, ast.BoolOp) else None
        if not isinstance(test, ast.BoolOp) or not isinstance(last, ast.Constant):
            return test  # type: ignore[no-any-return]
        if bool(last.value) == isinstance(test.op, ast.Or):
            return last
        return test.values[0] if len(test.values) == 2 else ast.BoolOp(test.op, test.values[:-1])

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        test = self._test(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        parts: list[ast.expr] = []
        for i, each in enumerate(node.values, 1):
            part = self.visit(each)
            decides = isinstance(part, ast.Constant) and bool(part.value) == isinstance(node.op, ast.Or)
            if decides or i == len(node.values) or not isinstance(part, ast.Constant):
                parts.append(part)
            if decides:
                break
        return parts[0] if len(parts) == 1 else ast.BoolOp(node.op, parts)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        names = arguments_of(node)
        body = self.inner(names).visit(node.body)
        if isinstance(body, ast.Call) and [ast.unparse(each) for each in body.args] == names and not body.keywords:
            return body.func
        return ast.Lambda(given(names), body)

    def visit_ListComp(self, node: Any) -> ast.expr:
        """A list that is made of known values alone is known."""
        targets = names_in([each.target for each in node.generators])
        read = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - targets
        if isinstance(node, ast.ListComp) and not read & (self.bound - self.known.keys() | self.shared.keys()):
            code = compile(ast.fix_missing_locations(ast.Expression(node)), "known", "eval")
            try:
                return known(eval(code, {**vars(self.module), **self.known}))
            except Exception:  # as in `evaluated`
                pass
        first = self.visit(node.generators[0].iter)
        inner = self.inner(targets)
        for i, each in enumerate(node.generators):
            each.iter = inner.visit(each.iter) if i else first
            each.ifs = [inner.visit(test) for test in each.ifs]
        node.elt = inner.visit(node.elt)
        return node  # type: ignore[no-any-return]

    visit_GeneratorExp = visit_ListComp

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.known.pop(node.target.id, None)
        self.bound.add(node.target.id)
        return ast.NamedExpr(node.target, self.visit(node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = self.visit(node.func)
        value: Any = function.value if isinstance(function, ast.Constant) else None
        if value is super and not node.args:
            return known(super(self.owner, self.known["self"]))
        node.func, node.args = function, [part for each in node.args for part in _unpacked(self.visit(each))]
        node.keywords = [each for keyword in node.keywords for each in self._keywords(keyword)]
        if not isinstance(function, ast.Constant):
            return node
        if all_known([*node.args, *(each.value for each in node.keywords)]):
            result = evaluated(node)
            if isinstance(result, ast.Constant):
                return result
        called = inspect.unwrap(value) if callable(value) else value
        if not isinstance(called, (FunctionType, MethodType, BuiltinFunctionType, type, Expression)):
            called = called.__call__ if is_ours(type(called)) else called
        if isinstance(called, (FunctionType, MethodType)) and is_ours(called):
            return self._specialised(called, node)
        return node

    def _keywords(self, keyword: ast.keyword) -> list[ast.keyword]:
        """The argument, or those of a known mapping."""
        value = self.visit(keyword.value)
        mapping: Any = value.value if keyword.arg is None and isinstance(value, ast.Constant) else None
        if mapping is not None:
            return [ast.keyword(name, known(item)) for name, item in mapping.items()]
        return [ast.keyword(keyword.arg, value)]

    def _specialised(self, function: Any, call: ast.Call) -> ast.expr:
        """A call of a function of this package: its known arguments are put into it."""
        if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
            raise NotPrinted("an unpacked argument")
        signature = inspect.signature(function)
        values = signature.bind(*call.args, **{str(each.arg): each.value for each in call.keywords}).arguments
        values |= {name: known(each.default) for name, each in signature.parameters.items() if name not in values}
        put_in = {name: each.value for name, each in values.items() if isinstance(each, ast.Constant)}
        name = self.printed.function(function, put_in)
        # a schedule's rule stands for its lr_at, and may call the step otherwise
        unknown, names = [each for key, each in values.items() if key not in put_in], self.printed.parameters[name]
        if len(unknown) != len(names):
            raise NotPrinted("other arguments")
        arguments = [values.get(each, unknown[i]) for i, each in enumerate(names)]
        is_helper = isinstance(function, FunctionType) and "." not in function.__qualname__
        return self.printed.inlined(name, arguments, is_helper) or ast.Call(ast.Name(name, ast.Load()), arguments, [])


def _unpacked(argument: ast.expr) -> list[ast.expr]:
    """The argument, or those of a known tuple."""
    value: Any = getattr(argument.value, "value", None) if isinstance(argument, ast.Starred) else None
    return [known(item) for item in value] if isinstance(value, (tuple, list)) else [argument]
