"""How the training switch is worded, in the languages that people use."""

from collections.abc import Mapping
from dataclasses import dataclass

RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language. ``managed``: why an organisation's switch cannot be moved."""

    section: str
    open: str
    ask: str
    yes: str
    no: str
    managed: str


@dataclass(frozen=True, slots=True)
class Wording:
    """``on_trains``: what the switch says when it is on. ``words`` are label and description by language."""

    name: str
    about: str
    words: Mapping[str, tuple[str, str]]
    on_trains: bool = True


LANGUAGES: Mapping[str, Texts] = {
    "en": Texts(
        "Privacy Settings",
        "Manage",
        "Save this change?",
        "Confirm",
        "Cancel",
        "Managed by your organisation",
    ),
    "de": Texts(
        "Datenschutzeinstellungen",
        "Verwalten",
        "Diese Änderung speichern?",
        "Bestätigen",
        "Abbrechen",
        "Von Ihrer Organisation verwaltet",
    ),
    "fr": Texts(
        "Paramètres de confidentialité",
        "Gérer",
        "Enregistrer cette modification ?",
        "Confirmer",
        "Annuler",
        "Géré par votre organisation",
    ),
    "es": Texts(
        "Configuración de privacidad",
        "Gestionar",
        "¿Guardar este cambio?",
        "Confirmar",
        "Cancelar",
        "Administrado por tu organización",
    ),
    "pt": Texts(
        "Configurações de privacidade",
        "Gerenciar",
        "Salvar esta alteração?",
        "Confirmar",
        "Cancelar",
        "Gerenciado pela sua organização",
    ),
    "it": Texts(
        "Impostazioni sulla privacy",
        "Gestisci",
        "Salvare questa modifica?",
        "Conferma",
        "Annulla",
        "Gestito dalla tua organizzazione",
    ),
    "ja": Texts(
        "プライバシー設定",
        "管理",
        "この変更を保存しますか?",
        "確認",
        "キャンセル",
        "組織によって管理されています",
    ),
    "zh": Texts("隐私设置", "管理", "保存此更改吗?", "确认", "取消", "由您的组织管理"),
    "ko": Texts(
        "개인정보 보호 설정", "관리", "이 변경 사항을 저장할까요?", "확인", "취소", "조직에서 관리합니다"
    ),
    "ar": Texts("إعدادات الخصوصية", "إدارة", "هل تريد حفظ هذا التغيير؟", "تأكيد", "إلغاء", "تديره مؤسستك"),
}

_IMPROVE = {
    "en": (
        "Help improve Lumen",
        "Allow the use of your chats and coding sessions to train and improve Lumen models",
    ),
    "de": (
        "Lumen verbessern helfen",
        "Erlauben, dass Ihre Chats und Programmiersitzungen zum Trainieren von Lumen verwendet werden",
    ),
    "fr": (
        "Aider à améliorer Lumen",
        "Autoriser l’utilisation de vos conversations et sessions de code pour entraîner les modèles Lumen",
    ),
    "es": (
        "Ayudar a mejorar Lumen",
        "Permitir que tus chats y sesiones de código se usen para entrenar y mejorar los modelos de Lumen",
    ),
    "pt": (
        "Ajudar a melhorar o Lumen",
        "Permitir o uso das suas conversas e sessões de código para treinar e melhorar os modelos do Lumen",
    ),
    "it": (
        "Aiuta a migliorare Lumen",
        "Consenti l’uso delle tue chat e sessioni di programmazione per addestrare i modelli di Lumen",
    ),
    "ja": (
        "Lumen の改善に協力する",
        "チャットとコーディングセッションを Lumen モデルのトレーニングと改善に使用することを許可します",
    ),
    "zh": ("帮助改进 Lumen", "允许使用您的聊天和编程会话来训练和改进 Lumen 模型"),
    "ko": (
        "Lumen 개선에 참여하기",
        "내 채팅과 코딩 세션을 Lumen 모델의 학습 및 개선에 사용하도록 허용합니다",
    ),
    "ar": ("المساعدة في تحسين Lumen", "السماح باستخدام محادثاتك وجلسات البرمجة لتدريب نماذج Lumen وتحسينها"),
}
_TRAIN = {
    "en": ("Train Lumen models on my content", ""),
    "de": ("Lumen-Modelle mit meinen Inhalten trainieren", ""),
    "fr": ("Entraîner les modèles de Lumen avec mes contenus", ""),
    "es": ("Entrenar los modelos de Lumen con mi contenido", ""),
    "pt": ("Treinar os modelos do Lumen com o meu conteúdo", ""),
    "it": ("Addestrare i modelli di Lumen con i miei contenuti", ""),
    "ja": ("自分のコンテンツで Lumen モデルをトレーニングする", ""),
    "zh": ("使用我的内容训练 Lumen 模型", ""),
    "ko": ("내 콘텐츠로 Lumen 모델 학습", ""),
    "ar": ("تدريب نماذج Lumen على المحتوى الخاص بي", ""),
}
_OPT_OUT = {
    "en": ("Do not use my content to train models", ""),
    "de": ("Meine Inhalte nicht zum Trainieren von Modellen verwenden", ""),
    "fr": ("Ne pas utiliser mes contenus pour entraîner des modèles", ""),
    "es": ("No usar mi contenido para entrenar modelos", ""),
    "pt": ("Não usar o meu conteúdo para treinar modelos", ""),
    "it": ("Non usare i miei contenuti per addestrare modelli", ""),
    "ja": ("自分のコンテンツをモデルのトレーニングに使用しない", ""),
    "zh": ("不要使用我的内容训练模型", ""),
    "ko": ("내 콘텐츠를 모델 학습에 사용하지 않기", ""),
    "ar": ("عدم استخدام المحتوى الخاص بي لتدريب النماذج", ""),
}
WORDINGS: Mapping[str, Wording] = {
    wording.name: wording
    for wording in (
        Wording("improve", "sounds like a favour", _IMPROVE),
        Wording("train", "says it plainly", _TRAIN),
        Wording("opt-out", "private when it is on", _OPT_OUT, on_trains=False),
    )
}
