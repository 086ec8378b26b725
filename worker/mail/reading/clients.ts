/**
 * What each mail client leaves in its HTML and text. Data only. `attr` is matched against ids,
 * classes and a few attributes of an element as tokens; Outlook renames ids and classes of quoted
 * HTML to `x_…`, so a leading `x_` is dropped before.
 *
 * `quote`     the element holds a quotation
 * `rest`      the quotation begins here and lasts to the end of the enclosing quotation or the mail
 * `attribution` the line over a quotation
 * `signature` the element holds a signature or a phone's line
 * `signature-rest` a signature begins here and lasts until a quotation or the end
 */
export type MarkEffect = 'quote' | 'rest' | 'attribution' | 'signature' | 'signature-rest' | 'forward';

export type ClientMark = {
  client: string;
  effect: MarkEffect;
  tag?: string;
  id?: RegExp;
  class?: RegExp;
  name?: RegExp;
  style?: RegExp;
  has?: string;
  is?: RegExp;
};

export const CLIENT_MARKS: ClientMark[] = [
  // Atelier's own mails carry this mark on their root, so a reply gives away where we begin.
  { client: 'atelier', effect: 'quote', id: /^atelier-mail(-|$)/ },
  { client: 'atelier', effect: 'quote', has: 'data-atelier-mail' },
  { client: 'gmail', effect: 'quote', tag: 'blockquote', class: /^gmail_quote/ },
  { client: 'gmail', effect: 'attribution', class: /^gmail_attr$/ },
  { client: 'gmail', effect: 'signature', class: /^gmail_signature(_prefix)?$/ },
  { client: 'gmail', effect: 'signature', has: 'data-smartmail' },
  { client: 'apple', effect: 'quote', tag: 'blockquote', has: 'type', is: /^cite$/i },
  { client: 'apple', effect: 'signature', id: /^applemailsignature$/ },
  { client: 'apple', effect: 'signature-rest', id: /^linebreakatbeginningofsignature$/ },
  { client: 'apple', effect: 'attribution', class: /^apple-mail-attribution$/ },
  { client: 'outlook', effect: 'rest', id: /^(divrplyfwdmsg|replysplit|stopspelling)$/ },
  { client: 'outlook', effect: 'quote', id: /^mail-editor-reference-message-container$/ },
  { client: 'outlook', effect: 'quote', class: /^ms-outlook-mobile-reference-message$/ },
  {
    client: 'outlook',
    effect: 'signature',
    id: /^(ms-outlook-mobile-signature|signature|ms-outlook-mobile-body-separator-line|elementtoproof_signature)$/,
  },
  { client: 'outlook', effect: 'signature', class: /^(elementtoproof_signature|ms-outlook-mobile-signature)$/ },
  { client: 'outlook', effect: 'signature-rest', tag: 'a', name: /^_mailautosig$/ },
  { client: 'hotmail', effect: 'rest', id: /^(stopspelling|mcntecxhdr|ecxhdr)$/ },
  { client: 'thunderbird', effect: 'attribution', class: /^moz-(cite-prefix|email-headers-table)$/ },
  { client: 'thunderbird', effect: 'signature', class: /^moz-(txt-sig|signature)$/ },
  { client: 'thunderbird', effect: 'forward', class: /^moz-forward-container$/ },
  { client: 'yahoo', effect: 'quote', class: /^(yahoo_quoted|ydp\w*yahoo_quoted|iosymail|yahoo-quoted-begin)$/ },
  { client: 'yahoo', effect: 'quote', id: /(^|_)yahoo_quoted/ },
  { client: 'yahoo', effect: 'signature', class: /^(ydp\w*signature|yahoo-signature|yahoo_signature)$/ },
  { client: 'yahoo', effect: 'signature', id: /^(ymail_android_signature|ydp\w*signature|yahoomailsignature)$/ },
  { client: 'proton', effect: 'quote', class: /^protonmail_quote$/ },
  { client: 'proton', effect: 'signature', class: /^protonmail_signature_block(-user|-proton)?$/ },
  { client: 'tutanota', effect: 'quote', class: /^tutanota_quote$/ },
  { client: 'gmx', effect: 'quote', name: /^quote$/ },
  { client: 'zoho', effect: 'quote', class: /^(zmail_extra|zmail_extra_hr|x_zmail_extra)$/ },
  { client: 'zoho', effect: 'signature', id: /^zmail_signature$/ },
  { client: 'zoho', effect: 'signature', has: 'data-zbluepencil-ignore' },
  { client: 'zimbra', effect: 'rest', has: 'data-marker', is: /^__quoted_text__$/i },
  { client: 'zimbra', effect: 'rest', id: /^zwchr$/ },
  { client: 'zimbra', effect: 'signature', has: 'data-marker', is: /^__sig_(pre|post)__$/i },
  { client: 'samsung', effect: 'rest', id: /^(composer_quoted|quoted_header_clear)$/ },
  { client: 'samsung', effect: 'signature', id: /^composer_signature$/ },
  { client: 'spark', effect: 'quote', name: /^messagereplysection$/ },
  { client: 'spark', effect: 'signature', name: /^messagesignaturesection$/ },
  { client: 'airmail', effect: 'signature', class: /^(bloop_sign|bloop_customfont_signature)$/ },
  { client: 'airmail', effect: 'signature', id: /^bloop_sign/ },
  { client: 'airmail', effect: 'attribution', class: /^airmail_on$/ },
  { client: 'superhuman', effect: 'quote', class: /^(gmail_quote|sh-quoted-content)$/, tag: 'blockquote' },
  { client: 'front', effect: 'quote', class: /^front-blockquote$/ },
  { client: 'front', effect: 'signature', class: /^front-signature$/ },
  { client: 'newton', effect: 'quote', class: /^(cm_quote|cm-quote)$/ },
  { client: 'missive', effect: 'quote', class: /^missive_quote$/ },
  { client: 'missive', effect: 'signature', class: /^missive_signature$/ },
  { client: 'hey', effect: 'quote', class: /^trix-content-quoted$/ },
  { client: 'fastmail', effect: 'quote', id: /^qt$/, tag: 'blockquote' },
  { client: 'fastmail', effect: 'signature', id: /^sig\d+$/ },
  { client: 'evolution', effect: 'attribution', class: /^-x-evo-(attribution|paragraph-attribution)$/ },
  { client: 'evolution', effect: 'signature', class: /^-x-evo-signature(-wrapper)?$/ },
  { client: 'mailru', effect: 'signature', has: 'data-signature-widget' },
  { client: 'k9', effect: 'quote', class: /^(k9mail-quote|gmail_quote)$/, tag: 'blockquote' },
  { client: 'k9', effect: 'signature', class: /^k9mail-signature$/ },
  { client: 'netease', effect: 'quote', id: /^isreplycontent$/ },
  { client: 'netease', effect: 'forward', id: /^isforwardcontent$/ },
  { client: 'netease', effect: 'quote', class: /^ntes-mailmaster-quote$/ },
  { client: 'netease', effect: 'quote', id: /^ntes-pcmac-(mailmaster-)?quote$/ },
  { client: 'netease', effect: 'signature', class: /^(ntes-signature|imail_signature)$/ },
  { client: 'netease', effect: 'signature', id: /^(imail_signature|ntes-pcmac-signature|ntes-pcweb-signature|ntes-pcmobile-signature)$/ },
  { client: 'netease', effect: 'signature', tag: 'span', has: 'title', is: /^neteasefooter$/i },
  { client: 'coremail', effect: 'quote', name: /^replycontent$/ },
  { client: 'coremail', effect: 'quote', class: /^referencequote$/ },
  { client: 'qq', effect: 'signature', class: /^(xm_mail_sign|qmbox_sign|xm_sign|foxsign|mail_sign)$/ },
  { client: 'qq', effect: 'signature', has: 'signid' },
  { client: 'qq', effect: 'rest', class: /^xm_mail_oringinal_describe$/ },
  { client: 'qq', effect: 'rest', id: /^(original-content|qqmail_original)$/ },
  { client: 'foxmail', effect: 'signature', class: /^foxmail_signature$/ },
  { client: 'foxmail', effect: 'signature-rest', tag: 'hr', style: /width:\s*210px/i },
  { client: 'foxmail', effect: 'signature', id: /^_?foxmailsign/ },
  { client: 'aliyun', effect: 'signature', class: /^__aliyun_signature_wrap$/ },
  { client: 'aliyun', effect: 'signature', has: '__aliyun_signature_wrap' },
  { client: 'aliyun', effect: 'quote', class: /^__aliyun_previous_style$/ },
  { client: 'lark', effect: 'quote', class: /^(history-quote-wrapper|lark-mail-quote|adit-html-block--collapsed|quote-head-meta-mailto)$/ },
  { client: 'lark', effect: 'quote', id: /^lark-mail-(quote|meta)/ },
  { client: 'lark', effect: 'signature', class: /^(lark-mail-signature|adit-html-block__attr-signature)$/ },
  { client: 'lark', effect: 'signature', id: /^lark-mail-signature/ },
  { client: 'sina', effect: 'rest', id: /^origbody$/ },
  { client: '139', effect: 'rest', id: /^(replysplit|reply139content)$/ },
  { client: '139', effect: 'signature', id: /^sign139content$|^mailsign$/ },
  { client: 'orange', effect: 'rest', id: /^orimsghtmlseperator$/ },
  { client: 'lotus', effect: 'rest', class: /^idomino_quote$/ },
  { client: 'mailbird', effect: 'quote', class: /^history_container$/ },
  { client: 'mailbird', effect: 'signature', class: /^sign_container$/ },
  { client: 'naver', effect: 'rest', class: /^(se_quote|nm_original|pm_quote)$/ },
  { client: 'wps', effect: 'quote', class: /^wps-mail-quote$/ },
];

/** Elements that hide their text: preview lines, scripts, tracking. */
export const HIDDEN_STYLE = /display:\s*none|visibility:\s*hidden|mso-hide:\s*all|max-height:\s*0(px)?\s*(;|$)/i;

/** Devices and apps a phone's line names. */
export const DEVICES =
  /iphone|ipad|ipod|apple watch|android|samsung|galaxy|huawei|honor|xiaomi|小米|红米|redmi|华为|荣耀|三星|魅族|meizu|oppo|vivo|oneplus|一加|pixel|nokia|lenovo|motorola|blackberry|windows phone|windows (?:10|11)|windows\b|outlook|qq邮箱|qq mail|foxmail|网易邮箱|网易邮箱大师|邮箱大师|mailmaster|mail master|企业微信|腾讯企业邮|钉钉|dingtalk|飞书|lark|feishu|阿里邮箱|阿里云|alimail|yahoo|gmail|proton|spark|mailbird|airmail|k-9|k9|fairemail|aquamail|bluemail|nine|edison|newton|superhuman|mailspring|thunderbird|tutanota|tuta|gmx|web\.de|mail\.ru|yandex|яндекс|zoho|hey|fastmail|canary|mobile|handy|smartphone|telefon|teléfono|téléphone|phone|mobil|móvil|cellulare|手机|手機|移动设备|行動裝置|行动|スマートフォン|휴대폰|스마트폰|айфон|айпад|телефон|tablet|平板|apple mail|mail for|mail app|mac\b|ios\b|e-?mail app|app/i;

/** Legal notices and footers, as groups of words of which two must meet in one paragraph. */
export const NOTICE_GROUPS: RegExp[] = [
  /confidential|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|konfidentiell|fortrolig|poufn|důvěrn|dôvern|конфиденциальн|конфіденційн|εμπιστευτικ|gizli|bizalmas|luottamuksel|机密|機密|保密|秘密|機密情報|기밀|חסוי|سري|privileged|proprietary|geschützt|rechtlich geschützt|confidenţial|confidențial|povjerljiv|bí mật|rahasia|ความลับ/i,
  /intended (?:solely|only|exclusively)|(?:solely|only|exclusively) for the|(?:intended|named) recipient|intended for|the addressee|bestimmungsgem|ausschließlich für|nur für den|adressat|destinataire|usage exclusif|destinatari|exclusivamente|uso exclusivo|bestemd voor|uitsluitend|geadresseerde|avsedd (?:endast|för)|mottagare|tilsigtet|modtager|mottaker|przeznaczon|adresat|určen|адресован|получател|предназначен|призначен|одержувач|παραλήπτη|alıcı|címzett|vastaanottaj|特定收件人|指定的收件人|指定收件人|收件人|收件者|预期收件人|接收者|受信者|宛先|名宛人|수신인|수신자|המיועד|المرسل إليه/i,
  /in error|by mistake|erroneously|not the intended|unauthori[sz]ed|irrtümlich|versehentlich|unbefugt|nicht der richtige|par erreur|non autorisé|por error|por erro|per errore|abusiv|non autorizzat|ten onrechte|per abuis|abusievelijk|felaktigt|av misstag|ved en fejl|ved en feil|omyłkowo|przez pomyłkę|omylem|ошибочно|по ошибке|помилково|εκ παραδρομής|κατά λάθος|yanlışlıkla|tévedésből|erehdyksessä|错误地?收到|误收|誤收|错收|錯誤收到|非指定|非预期|未经授权|未經授權|严禁|嚴禁|禁止任何|禁止|誤って|無断|착오|잘못|בטעות|بالخطأ/i,
  /delete (?:it|this|the)|delete|destroy|notify the sender|disclos|disseminat|copying|distribution|löschen|vernichten|informieren sie|weitergabe|supprimer|détruire|avertir|diffusion|elimin|borr|notifi|divulg|cancell|distrugg|verwijderen|vernietig|radera|slett|slet\b|usun|smaz|vymaz|удалит|видал|διαγρά|silin|törölj|poista|删除|刪除|销毁|銷毀|立即通知|通知发件人|通知寄件|泄露|洩露|复制|複製|散布|散佈|使用或|削除|破棄|転送|삭제|폐기|מחק|حذف/i,
  /virus|liabilit|accepts no|no responsib|haftung|gewähr|responsabilit|aansprakelijk|ansvar|odpowiedzialno|odpovědnost|ответственност|відповідальн|病毒|责任|責任|ウイルス|책임/i,
  /this e-?mail|this message|this transmission|this communication|diese e-?mail|diese nachricht|ce message|cet e-?mail|ce courriel|este mensaje|este correo|esta mensagem|este e-?mail|questo messaggio|questa e-?mail|dit bericht|deze e-?mail|detta (?:e-post|meddelande)|denne (?:e-?mail|e-post|melding|mail)|ta wiadomość|niniejsza wiadomość|tato zpráva|tento e-mail|настоящее (?:сообщение|письмо)|это сообщение|данное (?:сообщение|письмо)|цей лист|це повідомлення|το παρόν|bu e-?posta|bu mesaj|ezen e-mail|ez az e-mail|tämä viesti|本邮件|此邮件|本電子郵件|本郵件|此電子郵件|此郵件|此电子邮件|本电子邮件|这封邮件|本信件|本メール|このメール|このメッセージ|이 메일|본 메일|이 전자우편|הודעה זו|هذه الرسالة|the information contained|die in dieser|les informations contenues|la información contenida|邮件及其附件|郵件及其附件|郵件及附件|邮件及附件|邮件（包括|邮件所含|邮件内容/i,
];

/** One-line footers that are no part of what somebody wrote. */
export const FOOTER_LINES: RegExp[] = [
  /^(?:please )?consider the environment before printing/i,
  /please (?:consider|think of|think about) the environment/i,
  /^(?:save|think) (?:paper|green)\b.*print/i,
  /^(?:bitte )?(?:denken|prüfen) sie (?:bitte )?(?:an die umwelt|.*(?:mail|nachricht).*(?:ausdruck|druck))/i,
  /(?:pensez|merci de penser) à l.environnement/i,
  /antes de imprimir/i,
  /(?:请|請)(?:考虑|考慮|爱护|愛護|保护|保護|节约|節約).{0,12}(?:环境|環境|打印|列印|纸)/,
  /^virus-?free\.? ?(?:www\.)?avast/i,
  /^(?:www\.)?avast\.com$/i,
  /scanned (?:by|for) (?:viruses|mailscanner|.*antivirus)/i,
  /^(?:this email has been (?:checked|scanned)|diese e-mail wurde .* (?:viren|avast))/i,
  /^you (?:received|are receiving) this (?:message|e-?mail) because/i,
  /^to (?:unsubscribe|stop receiving|view this discussion|post to this group|manage your|respond to this|opt out)/i,
  /^(?:unsubscribe|click here to unsubscribe|退订|取消订阅|取消訂閱)\b/i,
  /^for more options, visit/i,
  /^visit this group at/i,
  /^.{0,60} mailing list$/i,
  /^list-?(?:info|unsubscribe):/i,
  /^https?:\/\/\S*\/(?:mailman\/)?listinfo\/\S*$/i,
  /^https?:\/\/lists?\.\S+$/i,
  /^签名由.{0,14}定制$/,
  /^\S+@lists?\.\S+$/i,
];
