"""What labels mean, in the languages people use: polarity from the sentence, and doubt where it is open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.controls.finder.wording import SURE, Stance, option_sense, sense, stance
from withhold.controls.phrases import normal
from withhold.model.words import Polarity

TRAINS = (
    "Help improve Claude",
    "Allow my messages to be used for training",
    "Improve the model for everyone",
    "Eingaben zur Weiterentwicklung der KI-Modelle verwenden",
    "Modelltraining",
    "Autoriser l'utilisation de mes conversations pour entraîner nos modèles",
    "Permitir que mis chats se usen para entrenar",
    "Usar minhas conversas para treinar modelos",
    "Usa le mie conversazioni per addestrare i modelli",
    "会話データを学習に利用することを許可する",
    "使用我的对话来改进模型",
    "不断改进模型",
    "將我的對話用於訓練模型",
    "대화를 모델 학습에 사용",
    "السماح باستخدام محادثاتي لتدريب النماذج",
    "Gebruik mijn chats om het model te verbeteren",
    "Zezwól na używanie moich rozmów do trenowania",
    "Использовать мои чаты для улучшения модели",
    "Sohbetlerimin eğitim için kullanılmasına izin ver",
    "Låt mina chattar användas för att träna modeller",
    "Include audio recordings to train our models",
)
REFUSES = (
    "Do not use my chats for training",
    "Opt out of model training",
    "Keep my chats private",
    "Stop using my conversations for model training",
    "Meine Chats nicht für das Training verwenden",
    "Keine Nutzung meiner Daten für KI-Training",
    "Exclure mes messages de l’entraînement",
    "Ne pas utiliser mes conversations pour entraîner les modèles",
    "No usar mis conversaciones para entrenar modelos",
    "Não usar minhas conversas para treinar",
    "Non utilizzare le mie chat per l'addestramento",
    "会話を学習に使用しない",
    "不要使用我的对话训练模型",
    "不允許使用我的資料進行訓練",
    "대화를 학습에 사용하지 않음",
    "عدم استخدام محادثاتي في تدريب النماذج",
    "Mijn gesprekken niet gebruiken om modellen te trainen",
    "Nie używaj moich rozmów do trenowania modeli",
    "Не использовать мои чаты для обучения моделей",
    "Sohbetlerimi model eğitimi için kullanma",
    "Använd inte mina chattar för träning",
)
DOUBTFUL = (
    "Do not exclude my chats from training",
    "Turn off opt-out of training",
    "Use my chats for training without names attached",
    "Prevent abuse by using my chats for training",
    "Only train on my public posts",
    "Use my chats for training unless I object",
    "Allow training on chats I have not deleted",
)
OTHERS = (
    "Help improve performance on this device",
    "Monthly newsletter",
    "Sound effects",
    "Personalise my experience using my chats",
    "Send usage data to improve the product",
    "Stop training reminders",
    "Do not sell or share my personal information",
    "Mode sombre",
    "Tipps per E-Mail",
)


@pytest.mark.parametrize("label", TRAINS)
def test_on_lets_it_be_used(label: str) -> None:
    """A permission means that on trains."""
    told = sense(label)
    assert (told.polarity, told.topic >= SURE) == (Polarity.ON_TRAINS, True)


@pytest.mark.parametrize("label", REFUSES)
def test_on_keeps_it_private(label: str) -> None:
    """A refusal means that on is private, whatever the switch looks like."""
    told = sense(label)
    assert (told.polarity, told.topic >= SURE) == (Polarity.ON_PRIVATE, True)


@pytest.mark.parametrize("label", DOUBTFUL)
def test_what_may_be_read_in_two_ways_is_left_open(label: str) -> None:
    """Double negatives and limits are about training, and nothing is concluded from them."""
    assert sense(label).doubtful


@pytest.mark.parametrize(
    "label",
    [
        "Ask me before using my chats for training",
        "Delete my conversations that were used to train models",
        "Remove my data from training sets",
        "Hide the training badge on my chats",
        "Show when my data is used for training",
        "Anonymise my chats before training",
        "Let members decide whether their chats train models",
        "Automatically delete training data after 90 days",
        "Vor der Verwendung meiner Chats zum Training fragen",
        "Demander avant d'utiliser mes conversations pour l'entraînement",
        "学習に使用する前に確認する",
        "训练前询问我",
        "학습에 사용하기 전에 묻기",
        "اسألني قبل استخدام محادثاتي للتدريب",
    ],
)
def test_what_does_something_else_about_training_is_left_open(label: str) -> None:
    """Asking, deleting, hiding or showing is neither a permission nor a refusal: off is not private."""
    assert sense(label).doubtful


@pytest.mark.parametrize(
    "label",
    [
        "Exclude images from model training",
        "Do not use deleted chats for training",
        "Do not use my chats for training for the next 24 hours",
        "Allow feedback to be used for training",
        "Dieses Gespräch nicht zum Training verwenden",
        "Ne pas utiliser mes images pour l'entraînement",
        "このチャットを学習に使用しない",
        "不将图片用于训练",
        "이 대화를 학습에 사용하지 않음",
    ],
)
def test_a_part_of_the_content_is_known_for_one(label: str) -> None:
    """A label that names pictures, one chat or a day speaks of a part, and a label of all does not."""
    assert sense(label).partial
    assert not sense("Do not use my chats for training").partial


@pytest.mark.parametrize("label", OTHERS)
def test_other_purposes_are_left_alone(label: str) -> None:
    """Advertising, mail, performance and memory are not training."""
    assert sense(label).topic < SURE


@given(st.sampled_from(TRAINS + REFUSES), st.sampled_from(("", " ", ".", "…", " *")), st.booleans())
def test_dress_does_not_change_the_meaning(label: str, end: str, loud: bool) -> None:
    """Case of Latin letters, spaces and closing signs mean nothing."""
    worn = f"  {label.upper() if loud and label.isascii() else label}{end} "
    assert sense(worn).polarity is sense(label).polarity


@given(st.sampled_from([t for t in TRAINS if t.isascii()]))
def test_a_refusal_of_a_refusal_is_never_a_refusal(label: str) -> None:
    """Two negatives are never taken for a plain one."""
    assert stance(normal(f"Do not opt out of: {label}")) is Stance.DOUBT


@given(st.sampled_from(TRAINS), st.sampled_from(DOUBTFUL + REFUSES))
def test_text_that_says_the_opposite_puts_into_doubt(label: str, beside: str) -> None:
    """A label is never believed against a text beside it that refuses plainly."""
    if stance(normal(beside)) is Stance.REFUSES and sense(beside).topic >= 0.7:
        assert sense(label, (beside + ".",)).polarity is not Polarity.ON_TRAINS


@pytest.mark.parametrize(
    ("beside", "polarity"),
    [
        ("When off, we do not use your chats to train our models.", Polarity.ON_TRAINS),
        ("When this is on, we do not use your chats to train our models.", Polarity.UNKNOWN),
        ("Turn this off to stop us using your chats for training.", Polarity.ON_TRAINS),
    ],
)
def test_conditions_are_read(beside: str, polarity: Polarity) -> None:
    """What happens when it is on or off is compared with what the label says."""
    assert sense("Model improvement", (beside,)).polarity is polarity
    assert sense(f"Model improvement {beside}").polarity is polarity


@pytest.mark.parametrize(
    ("option", "polarity"),
    [
        ("Yes", Polarity.ON_TRAINS),
        ("No", Polarity.ON_PRIVATE),
        ("No, don't use my chats", Polarity.ON_PRIVATE),
        ("Nein, nicht verwenden", Polarity.ON_PRIVATE),
        ("いいえ", Polarity.ON_PRIVATE),
        ("Opt out", Polarity.ON_PRIVATE),
        ("Only feedback", Polarity.UNKNOWN),
    ],
)
def test_answers_to_a_question(option: str, polarity: Polarity) -> None:
    """An answer means what it says of the question."""
    assert option_sense(option, sense("May we use your chats to train models?")) is polarity


def test_no_to_a_refusal_shares() -> None:
    """No to "opt out" is no privacy."""
    assert option_sense("No", sense("Exclude my chats from training")) is Polarity.ON_TRAINS
