import pytest

from models.errors import NotAChatModelError
from models.language.template import ChatTemplate
from models.ports import ChatMessage

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "[{{ message['role'] }}]{{ message['content'] | trim }}{% endfor %}"
)


def a_template(source: str | None) -> ChatTemplate:
    return ChatTemplate(source, path="model.gguf", bos="<s>", eos="</s>")


def test_the_models_own_template_writes_the_prompt() -> None:
    text = a_template(CHATML).render(
        [ChatMessage("system", "Be brief."), ChatMessage("user", "Oi")]
    )

    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nOi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_beginning_can_be_rendered_without_opening_an_answer() -> None:
    text = a_template(CHATML).render([ChatMessage("system", "Be brief.")], answer=False)

    assert text == "<|im_start|>system\nBe brief.<|im_end|>\n"


def test_a_model_without_a_system_role_hears_it_from_the_user() -> None:
    messages = [ChatMessage("system", "Be brief."), ChatMessage("user", "Oi")]

    assert a_template(NO_SYSTEM).render(messages) == "<s>[user]Be brief.\n\nOi"


def test_neighbours_of_one_role_are_joined_for_strict_templates() -> None:
    messages = [ChatMessage("user", "Oi"), ChatMessage("user", "Tem pão?")]

    assert a_template(NO_SYSTEM).render(messages) == "<s>[user]Oi\n\nTem pão?"


@pytest.mark.parametrize("source", [None, "", "x" * 70_000, "{{ nothing }}", "no messages at all"])
def test_a_file_without_a_usable_template_is_no_chat_model(source: str | None) -> None:
    with pytest.raises(NotAChatModelError):
        a_template(source)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append.__globals__ }}",
        "{{ messages.append({}) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% include '/etc/passwd' %}",
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
        "{{ 'x' * 10 ** 18 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_hostile_template_gets_nowhere(attack: str) -> None:
    with pytest.raises(NotAChatModelError):
        a_template(NO_SYSTEM + attack)


def test_a_well_known_template_that_jinja_refuses_is_recognised_without_running_it() -> None:
    template = a_template(CHATML + "{{ ''.__class__.__mro__ }}")

    assert template.render([ChatMessage("user", "Oi")]).endswith("<|im_start|>assistant\n")
