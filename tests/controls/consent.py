"""Sign-up, log-in and terms pages for the spotter, and ordinary pages on which it must be quiet."""

from html import escape

WATCH = """<script>
for (const event of ['click', 'mousedown', 'keydown', 'focusin', 'input', 'change', 'submit', 'scroll'])
  addEventListener(event, () => fetch('/touched/' + event), true);
new MutationObserver(() => fetch('/touched/document')).observe(document.documentElement,
  { subtree: true, childList: true, attributes: true, characterData: true });
</script>"""
"""Tells the server of anything that happens to the page."""

BUTTON = (
    "width:100%;padding:14px;background:#111;color:#fff;border:0;border-radius:8px;font:600 16px sans-serif"
)

BY_GOING_ON = {
    "en": "By continuing, you agree to our Terms of Service and acknowledge our Privacy Policy.",
    "de": "Mit der Anmeldung stimmst du unseren Nutzungsbedingungen und der Datenschutzerklärung zu.",
    "fr": "En continuant, vous acceptez nos conditions d’utilisation et notre politique de confidentialité.",
    "es": "Al registrarte, aceptas nuestros términos y la política de privacidad.",
    "pt": "Ao continuar, você concorda com nossos termos e com a política de privacidade.",
    "it": "Continuando, accetti i nostri termini e l’informativa sulla privacy.",
    "ja": "続行することで、利用規約とプライバシーポリシーに同意したものとみなされます。",
    "zh": "点击注册即表示您同意我们的服务条款和隐私政策。",
    "ko": "계속하면 이용약관 및 개인정보 처리방침에 동의하는 것으로 간주됩니다.",
    "ar": "بالمتابعة، فإنك توافق على شروط الخدمة وسياسة الخصوصية.",
}

AGREED = {
    "en": "You agree that your conversations may be used to train our AI by creating an account.",
    "de": "Mit der Registrierung stimmst du zu, dass deine Chats zum Training unserer Modelle dienen.",
    "fr": "En vous inscrivant, vous acceptez que vos conversations servent à entraîner nos modèles.",
    "es": "Al continuar aceptas que usemos tus chats para entrenar nuestros modelos.",
    "pt": "Ao criar uma conta, você concorda que suas conversas sejam usadas para treinar modelos.",
    "it": "Registrandoti accetti che le tue conversazioni vengano usate per addestrare i modelli.",
    "ja": "登録することで、会話がモデルの学習に使用されることに同意したものとみなされます。",
    "zh": "注册即表示您同意我们将您的对话用于训练模型。",
    "ko": "가입하면 대화가 모델 학습에 사용되는 것에 동의하게 됩니다.",
    "ar": "بإنشاء حساب، فإنك توافق على استخدام محادثاتك لتدريب نماذجنا.",
}

CONTINUE = {
    "en": "Continue",
    "de": "Weiter",
    "fr": "Continuer",
    "es": "Continuar",
    "pt": "Continuar",
    "it": "Continua",
    "ja": "続行",
    "zh": "继续",
    "ko": "계속",
    "ar": "متابعة",
}


def page(body: str, *, lang: str = "en", title: str = "Welcome", script: str = "") -> str:
    """A document that tells on whoever touches it."""
    direction = "rtl" if lang == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<link rel="icon" href="data:,"><style>body{font:16px/1.5 sans-serif;color:#222;background:#fff;'
        "max-width:480px;margin:24px auto}small{font-size:10px;color:#bbb}</style>"
        f"<body>{body}{script}{WATCH}</body></html>"
    )


def sign_up(before: str = "", after: str = "", *, lang: str = "en", word: str = "") -> str:
    """A form for a new account, with markup before and after its main button."""
    return page(
        '<form method="post" action="/made"><h1>Chat</h1><p><input type="email" aria-label="E-mail"></p>'
        f'<p><input type="password" aria-label="Password"></p>{before}'
        f'<button style="{BUTTON}">{word or CONTINUE[lang]}</button>{after}</form>',
        lang=lang,
    )


def _ticked(*labels: str) -> str:
    return "".join(f"<p><label><input type='checkbox' checked> {label}</label></p>" for label in labels)


QUIET = {
    "blog": page(
        "<article><h1>On walking</h1><p>By continuing along the river you agree with everyone who went"
        " before.</p></article><form method='post' action='/comment'><textarea></textarea>"
        f"{_ticked('Save my name in this browser')}<button>Post comment</button></form>"
    ),
    "shop": page(
        f"<h1>Lamps</h1><fieldset><legend>Filter</legend>{_ticked('In stock', 'Free shipping', 'Blue')}"
        "</fieldset><select aria-label='Sort by'><option>Price</option><option>Name</option></select>"
        "<p>Model T7, with a brushed steel base.</p><button>Add to basket</button><button>Buy now</button>"
    ),
    "news": page(
        "<h1>Chatbots will learn from chats</h1><article><p>The company may use chats and coding sessions"
        " to train its models unless people opt out. “By clicking Accept you agree to everything,” one"
        " reader says.</p><p>Critics want the help improve the model switch off by default.</p></article>"
        "<button>Share</button><button>Next story</button>"
    ),
    "log-in": page(
        "<form method='post' action='/in'><h1>Log in</h1><input type='email' aria-label='E-mail'>"
        f"<input type='password' aria-label='Password'>{_ticked('Remember me')}"
        f"<button style='{BUTTON}'>Log in</button><a href='#'>Forgot your password?</a></form>"
    ),
    "search": page("<form><input type='search' aria-label='Search'><button>Search</button></form>"),
    "gym": page(f"<h1>Training plans</h1>{_ticked('Remind me of training sessions')}<button>Save</button>"),
}
