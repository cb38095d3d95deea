"""What a value has to pass, by the name that the rules give the check."""

from collections.abc import Callable

from withhold.sensitive.personal import elsewhere, europe, numbers
from withhold.sensitive.personal.numbers import tables

Check = Callable[[str], bool]

CHECKS: dict[str, Check] = {
    "-": numbers.anything,
    "aadhaar": elsewhere.aadhaar,
    "ar-cuit": elsewhere.ar_cuit,
    "at-svnr": europe.at_svnr,
    "au-abn": elsewhere.au_abn,
    "au-medicare": elsewhere.au_medicare,
    "au-tfn": elsewhere.au_tfn,
    "baltic": europe.baltic,
    "be-national": europe.be_national,
    "bg-egn": europe.bg_egn,
    "birth": numbers.birth,
    "bitcoin": numbers.bitcoin,
    "br-cnpj": elsewhere.br_cnpj,
    "br-cpf": elsewhere.br_cpf,
    "ca-sin": elsewhere.ca_sin,
    "card": numbers.card,
    "ch-ahv": europe.ch_ahv,
    "cl-rut": elsewhere.cl_rut,
    "cn-id": elsewhere.cn_id,
    "cz-birth": europe.cz_birth,
    "de-pension": europe.de_pension,
    "de-tax": europe.de_tax,
    "dk-cpr": europe.dk_cpr,
    "es-nif": europe.es_nif,
    "fi-hetu": europe.fi_hetu,
    "fr-nir": europe.fr_nir,
    "gr-amka": europe.gr_amka,
    "hk-id": elsewhere.hk_id,
    "hr-oib": numbers.mod11_10,
    "iban": numbers.iban,
    "ie-pps": europe.ie_pps,
    "il-id": elsewhere.il_id,
    "it-fiscal": europe.it_fiscal,
    "jp-number": elsewhere.jp_number,
    "kr-rrn": elsewhere.kr_rrn,
    "luhn": numbers.luhn,
    "mx-curp": elsewhere.mx_curp,
    "nl-bsn": europe.nl_bsn,
    "no-fnr": europe.no_fnr,
    "phone": numbers.phone,
    "pl-pesel": europe.pl_pesel,
    "public-ip": numbers.public_ip,
    "pt-nif": europe.pt_nif,
    "ro-cnp": europe.ro_cnp,
    "se-personal": europe.se_personal,
    "sg-nric": elsewhere.sg_nric,
    "th-id": elsewhere.th_id,
    "tr-id": europe.tr_id,
    "tw-id": elsewhere.tw_id,
    "uk-nhs": europe.uk_nhs,
    "uk-nino": europe.uk_nino,
    "us-dea": elsewhere.us_dea,
    "us-itin": elsewhere.us_itin,
    "us-npi": elsewhere.us_npi,
    "us-routing": elsewhere.us_routing,
    "us-ssn": elsewhere.us_ssn,
    "za-id": elsewhere.za_id,
}  # fmt: elsewhere.skip

CERTAIN = frozenset(CHECKS) - {"-", "birth", "dk-cpr", "phone", "public-ip", "uk-nino", "us-itin", "us-ssn"}
"""Checks that hold by a check digit: a wrong candidate passes them by chance only."""

__all__ = ["CERTAIN", "CHECKS", "Check", "tables"]
