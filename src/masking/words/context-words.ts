/** Words of prose that say what a value near them is, by entity, and those that say what it is not. Lower case. */
import { wordSet } from '#masking/words/word-set.ts';

export const CONTEXT_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  PHONE_NUMBER: wordSet(
    'phone phones telephone tel cell cellphone mobile mob fax call called calls calling dial text texted sms whatsapp ring reach reached contact hotline number ph landline voicemail callback direct ext telefon handy telefonnummer rufnummer handynummer mobil mobilnummer rückruf numéro téléphone portable teléfono telefono número móvil movil cellulare celular messages message sms' +
      ' appelez llame llamar anrufen angerufen',
  ),
  CREDIT_CARD: wordSet(
    'card cards credit debit visa mastercard amex american express discover diners jcb unionpay maestro cc pan charge charged refund refunded payment billed plastic cardholder',
  ),
  US_SSN: wordSet('ssn social security ssns socials ss soc sec taxpayer'),
  US_ITIN: wordSet('itin taxpayer individual tax tin'),
  IBAN_CODE: wordSet('iban bank account transfer wire sepa'),
  US_BANK_NUMBER: wordSet('account acct accounts aba routing checking savings bank deposit wire transfer rtn'),
  US_PASSPORT: wordSet('passport passports'),
  US_DRIVER_LICENSE: wordSet("driver drivers driver's license licence licenses dl dln driving permit dmv"),
  DATE_OF_BIRTH: wordSet('born birth dob birthday birthdate bday birthdays geboren d.o.b'),
  IP_ADDRESS: wordSet('ip ips address host ipv server inet subnet cidr gateway client from addr network'),
  MAC_ADDRESS: wordSet('mac hwaddr ether ethernet bssid wifi physical'),
  CRYPTO: wordSet('wallet bitcoin btc ethereum eth crypto send sent address deposit payout'),
  EMAIL_ADDRESS: wordSet('email mail e-mail contact'),
};

/** The few that say it when they follow. */
export const AFTER_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  PHONE_NUMBER: wordSet('phone mobile cell cellphone landline fax tel whatsapp'),
  CREDIT_CARD: wordSet('card visa mastercard amex discover'),
  US_SSN: wordSet('ssn social'),
  US_ITIN: wordSet('itin'),
};

/** Near before a number they say that it is counted, drawn or computed. */
export const NEGATIVE_WORDS: ReadonlySet<string> = wordSet(
  'order orders sha commit version versions ver v build release releases rev revision node uuid guid id ids identifier epoch timestamp ts ticket tickets invoice ' +
    'tracking shipment parcel sku isbn issn ean upc gtin asin barcode imei iccid serial part lot batch hash checksum digest md5 etag nonce trace span pid port ' +
    'offset size bytes count total amount price cost balance usd eur gbp usdc lat latitude lon lng longitude coordinates rfc oid chapter section clause ' +
    'assembly upgraded upgrade upgrades bumped bump downgraded patched firmware kernel chrome firefox safari edge jdk java python ruby npm docker image tag request correlation job run pipeline issue case reference ref ' +
    'confirmation po model catalog item product awb waybill flight booking row line lines offset seq sequence score ratio',
);

/** Of these the ones that are about the number right behind them only: `refund 20 USD to …`. */
export const CURRENCIES: ReadonlySet<string> = wordSet('usd eur gbp usdc');
