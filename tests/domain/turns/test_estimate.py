from __future__ import annotations

import pytest

from ide.domain.turns.budget import Budget, fitted
from ide.domain.turns.estimate import estimate_tokens


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        # Counted with two public vocabularies; the larger count.
        ("我们今天讨论如何在浏览器中实时协作编辑代码，模型会直接写入共享文档。" * 30, 1_080),
        ("😀🎉🐍👩‍💻🇩🇪✨🔥" * 30, 780),
        ("});\n}\n]]);{}()=>!==&&||??;" * 40, 440),
        ("Сегодня мы обсудим совместное редактирование кода в браузере. " * 30, 841),
    ],
)
def test_the_estimate_is_not_too_low(text: str, counted: int) -> None:
    assert counted <= estimate_tokens(text) <= 2 * counted


def test_the_estimate_of_nothing_and_of_half_a_pair() -> None:
    assert estimate_tokens("") == 1
    assert estimate_tokens("\ud83d") >= 1


@pytest.mark.parametrize("window", [2_000, 4_096, 8_192, 32_000, 128_000, 1_000_000])
def test_a_window_holds_a_request_and_its_answer_even_if_the_estimate_is_a_tenth_too_low(window: int) -> None:
    budget = Budget(window)
    assert budget.most * 1.1 + budget.answer <= window
    assert budget.opening <= budget.most <= window * 3 / 4


@pytest.mark.parametrize("text", ["word " * 5_000, "漢" * 5_000, "short", "a" * 20])
@pytest.mark.parametrize("tokens", [2, 40, 1_000])
def test_a_text_is_fitted_to_what_is_left(text: str, tokens: int) -> None:
    assert estimate_tokens(fitted(text, tokens)) <= tokens
    if estimate_tokens(text) <= tokens:
        assert fitted(text, tokens) == text
