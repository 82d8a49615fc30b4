"""One `_` for every text that a person reads: English is the key, the catalogues hold the rest."""

from adapters.i18n.translator import LANGUAGES, Translator, negotiate, translator

__all__ = ["LANGUAGES", "Translator", "negotiate", "translator"]
