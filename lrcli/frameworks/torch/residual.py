"""The code of a function with all that is known put in.

What a schedule computes from its fields and the run is known, so it is computed here, and only what depends on the step
is printed: `lr * gamma ** (t // self.step_size)` comes out as `0.1 * 0.5 ** (t // 30)`. A branch that is never taken is
left out, a function that is called gets its known arguments put in as well. The numbers are the same to the last bit,
since the same operations are done in the same order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from copy import deepcopy
from importlib import import_module
from typing import Any

from lrcli.frameworks.torch.folding import Folding
from lrcli.frameworks.torch.known import MOST_ITEMS, NotPrinted, arguments_of, given, is_plain, known, names_in

UNROLLED = 3
"""A loop over at most this many constants is written out."""


class Residue(Folding):
    """What is left of a function: visits its statements in order, and knows the values of names as it goes."""

    def block(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        """What is left of statements, up to the one that ends the function."""
        lines: list[ast.stmt] = []
        for statement in statements:
            left = self.visit(statement)
            lines += left if isinstance(left, list) else [left] if left else []
            if lines and _ends(lines[-1]):
                break
        return lines

    def visit_Pass(self, node: ast.stmt) -> None:
        return None

    visit_Assert = visit_Pass

    def visit_Expr(self, node: ast.Expr) -> Any:
        value = self.visit(node.value)
        return None if isinstance(value, ast.Constant) else ast.Expr(value)

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        """A refusal without its words, which are for the reader of a spec."""
        return ast.Raise(ast.Call(ast.Name("ValueError", ast.Load()), [], [])) if node.exc else node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.stmt | None:
        names = [name for name in node.names if name not in self.shared]
        return ast.Nonlocal(names) if names else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = import_module(node.module or "")
        self.known |= {alias.asname or alias.name: getattr(module, alias.name) for alias in node.names}

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        return self.visit_Assign(ast.Assign([node.target], node.value)) if node.value else None

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        source = node.value
        if isinstance(source, ast.GeneratorExp) and isinstance(node.targets[0], ast.Tuple):
            source = ast.ListComp(source.elt, source.generators)
        value = self.visit(source)
        lines: list[ast.stmt] = []
        for target in node.targets:
            left: list[tuple[ast.expr, ast.expr]] = []
            for part, item in _pairs(target, value):
                for name in names_in([part]):
                    self.known.pop(name, None)
                if isinstance(part, ast.Name) and isinstance(item, ast.Constant) and not self._is_variable(part.id):
                    self.known[part.id] = item.value
                else:
                    left.append((self.visit(part), item))
            if len(left) > 1:
                targets, items = ([pair[i] for pair in left] for i in (0, 1))
                left = [(ast.Tuple(targets, ast.Store()), ast.Tuple(items, ast.Load()))]
            lines += [ast.Assign([each], item) for each, item in left if ast.unparse(each) != ast.unparse(item)]
        return lines

    def _is_variable(self, name: str) -> bool:
        return name in self.kept or name in self.shared

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        if isinstance(node.target, ast.Name) and node.target.id in self.known:
            load = ast.Name(node.target.id, ast.Load())
            return self.visit_Assign(ast.Assign([node.target], ast.BinOp(load, node.op, node.value)))
        return super().generic_visit(node)

    def _keep(self, statements: Sequence[ast.AST]) -> list[ast.stmt]:
        """From here on the names that these statements bind are variables: those that are known are written down."""
        names = names_in(statements)
        self.kept = self.kept | names
        values = [(name, self.known.pop(name)) for name in sorted(names & self.known.keys())]
        return [ast.Assign([ast.Name(name, ast.Store())], known(value, name)) for name, value in values]

    def visit_If(self, node: ast.If) -> list[ast.stmt]:
        test = self._test(node.test)
        if isinstance(test, ast.Constant):
            return self.block(node.body if test.value else node.orelse)
        kept = self.kept
        lines = self._keep([*node.body, *node.orelse])
        body, orelse = self.block(node.body), self.block(node.orelse)
        self.kept = kept
        return [*lines, ast.If(test, body or [ast.Pass()], orelse)] if body or orelse else lines

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        lines = self._keep(node.body)
        return [*lines, ast.While(self._test(node.test), self.block(node.body), [])]

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        listed = None if isinstance(node.iter, ast.IfExp) else self.visit(deepcopy(node.iter))
        items = listed.value if isinstance(listed, ast.Constant) and isinstance(listed.value, (tuple, list)) else None
        jumps = any(isinstance(each, (ast.Break, ast.Continue)) for line in node.body for each in ast.walk(line))
        if items is not None and (not all(map(is_plain, items)) or (len(items) <= UNROLLED and not jumps)):
            return self._unrolled(node, items)
        if isinstance(node.iter, ast.IfExp) and ast.unparse(node.iter.orelse) == "()":
            loop = ast.For(node.target, node.iter.body, node.body, [])
            return self.visit_If(ast.If(node.iter.test, [loop], []))
        lines, source = self._keep([node.target, *node.body]), self.visit(node.iter)
        return [*lines, ast.For(self.visit(node.target), source, self.block(node.body) or [ast.Pass()], [])]

    def _unrolled(self, node: ast.For, items: Sequence[Any]) -> list[ast.stmt]:
        lines: list[ast.stmt] = []
        if len(items) > MOST_ITEMS:
            raise NotPrinted("a loop over too many objects")
        self.kept = self.kept - names_in([node.target])
        for item in items:
            lines += self.visit_Assign(ast.Assign([deepcopy(node.target)], known(item)))
            lines += self.block(deepcopy(node.body))
            if lines and isinstance(lines[-1], ast.Continue):
                lines.pop()
            elif lines and _ends(lines[-1]):
                break
        if any(map(_jumps, lines)):
            raise NotPrinted("a loop that is left in the middle")
        return lines

    def visit_Try(self, node: ast.Try) -> list[ast.stmt]:
        """What only says a refusal in other words is left out."""
        if not all(isinstance(handler.body[-1], ast.Raise) for handler in node.handlers) or node.finalbody:
            raise NotPrinted("an exception that is caught")
        return self.block([*node.body, *node.orelse])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        names = arguments_of(node)
        self.known.pop(node.name, None)
        inner = self.inner([*names, *names_in(node.body)])
        assert isinstance(inner, Residue)
        body = inner.block(node.body)
        return ast.FunctionDef(node.name, given(names), body, [], None)


def used_lines(lines: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements without those that give a known value to a name that nothing reads."""
    nodes = [node for line in lines for node in ast.walk(line)]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    read |= {name for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}

    def is_used(line: ast.stmt) -> bool:
        if not isinstance(line, ast.Assign) or not isinstance(line.value, ast.Constant):
            return True
        return not isinstance(line.targets[0], ast.Name) or line.targets[0].id in read

    return [line for line in lines if is_used(line)]


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Each target with its own value, as far as they can be told apart."""
    if not isinstance(target, ast.Tuple):
        return [(target, value)]
    items: Sequence[ast.expr] = value.elts if isinstance(value, ast.Tuple) else ()
    if isinstance(value, ast.Constant) and isinstance(value.value, (tuple, list)):
        items = [known(item) for item in value.value]
    if len(items) != len(target.elts) or any(isinstance(each, ast.Starred) for each in (*items, *target.elts)):
        return [(target, value)]
    return [pair for part, item in zip(target.elts, items, strict=True) for pair in _pairs(part, item)]


def _ends(line: ast.stmt) -> bool:
    """Whether nothing after this statement is reached."""
    if isinstance(line, ast.If):
        return bool(line.orelse) and _ends(line.body[-1]) and _ends(line.orelse[-1])
    return isinstance(line, (ast.Return, ast.Raise, ast.Break, ast.Continue))


def _jumps(line: ast.stmt) -> bool:
    """Whether a statement leaves a loop, or its turn, that is not in it."""
    if isinstance(line, (ast.For, ast.While)):
        return False
    inside = [each for each in ast.iter_child_nodes(line) if isinstance(each, ast.stmt)]
    return isinstance(line, (ast.Break, ast.Continue)) or any(map(_jumps, inside))
