/**
 * Is this the same company? Two sellers write one customer in two ways (深圳云帆信息技术有限公司, 云帆科技), so names are
 * compared by what is left when legal forms, places and everyday words of the trade are taken off. Pure.
 */

/** Mail providers whose domain says nothing about a company. */
const FREE_MAIL = new Set(
  `gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol proton protonmail pm gmx mail fastmail zoho yandex
   hey tutanota tuta web t-online freenet posteo mailbox libero orange wanadoo free laposte naver daum hanmail
   qq foxmail 163 126 yeah 139 189 wo sina sohu tom 21cn aliyun vip.qq vip.163 vip.126 vip.sina 88 email inbox`.split(/\s+/),
);
/** What of a domain is nobody's own: `co.uk`, `com.cn`. */
const SECOND_LEVEL = /^(?:com|co|net|org|gov|edu|ac|or|ne)$/;

/** The domain that stands for a company: `mail.corp.com.cn` and `corp.com.cn` are one. Null for free mail and for no address. */
export function companyDomain(address: string): string | null {
  const domain = address.trim().toLowerCase().split('@').at(-1)?.replace(/\.$/, '') ?? '';
  const labels = domain.split('.');
  if (labels.length < 2 || labels.some((label) => label === '')) return null;
  const suffix = labels.length > 2 && SECOND_LEVEL.test(labels.at(-2) ?? '') && (labels.at(-1)?.length ?? 0) === 2 ? 2 : 1;
  const own = labels.slice(-(suffix + 1));
  if (own.length <= suffix) return null;
  const brand = own.slice(0, own.length - suffix).join('.');
  const deeper = labels.slice(-(suffix + 2), -suffix).join('.');
  return FREE_MAIL.has(brand) || FREE_MAIL.has(deeper) ? null : own.join('.');
}

/** Traditional characters that company names are made of, with their simplified twins. */
const TRADITIONAL: Record<string, string> = Object.fromEntries(
  (
    '華华國国電电訊讯網网資资術术團团責责東东廣广灣湾業业產产機机車车銀银貿贸際际軟软體体數数據据龍龙鳳凤聯联達达圖图雲云帆帆'
      .concat('創创鑫鑫務务諮咨詢询顧顾問问實实環环氣气動动傳传媒媒發发開开設设計计醫医藥药農农漁渔導导應应運运輸输遠远風风飛飞馬马')
      .match(/../gu) ?? []
  ).map((pair) => [...pair] as [string, string]),
);

const LEGAL_HAN =
  /(?:股份有限责任公司|有限责任公司|股份有限公司|集团有限公司|控股有限公司|有限公司|责任公司|股份公司|总公司|分公司|子公司|公司|集团|控股|股份|株式会社|合伙企业|事务所)$/;
/** Words of the trade: two firms rarely differ by them alone, and people leave them off when they speak. */
const TRADE_HAN = /(?:科技|技术|信息|网络|软件|数据|电子|智能|数字|实业|发展|贸易|商贸|国际|服务|咨询|传媒|中国)$/;
const PLACES =
  `中国 北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海
   台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 深圳 广州 杭州 南京 苏州 成都 武汉 西安 长沙 郑州 青岛 济南 大连 沈阳 哈尔滨 长春 厦门 福州 宁波
   无锡 常州 合肥 南昌 昆明 贵阳 南宁 海口 石家庄 太原 兰州 西宁 银川 乌鲁木齐 呼和浩特 拉萨 东莞 佛山 珠海 中山 惠州 温州 嘉兴 绍兴 金华
   台州 南通 徐州 扬州 烟台 潍坊 洛阳 泉州 漳州 芜湖 唐山 保定`.split(/\s+/);
const PLACE = new RegExp(`^(?:${PLACES.join('|')})(?:省|市|自治区|特别行政区)?`);

const LEGAL_LATIN = new Set(
  `gmbh ag kg kgaa ohg ug se ev inc incorporated corp corporation co company llc llp lp ltd limited plc pty pte pvt private
   sa sas sarl srl spa snc bv nv cv ab as asa aps oy oyj kk sdn bhd jsc ooo zao oao doo sro zoo spzoo kft rt eood ead sl slu lda ltda cia
   group holding holdings`.split(/\s+/),
);
const PLACE_LATIN = new Set('china cn germany deutschland france uk usa us europe asia international global'.split(' '));

/** Full-width, traditional and upper-case forms folded; marks and spaces that differ between writers made plain spaces. */
function folded(name: string): string {
  const plain = [...name.normalize('NFKC').toLowerCase()].map((char) => TRADITIONAL[char] ?? char).join('');
  return (
    plain
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .normalize('NFC')
      .replace(/ß/g, 'ss')
      // "S.A.", "Co., Ltd.", "G.m.b.H.": dots inside a word are no gap.
      .replace(/(?<=\p{L})\.(?=\p{L}\b)/gu, '')
      .replace(/&/g, ' and ')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  );
}

/** Takes endings off as long as something is left to know the company by. */
function without(text: string, ending: RegExp, least: number): string {
  for (;;) {
    const shorter = text.replace(ending, '');
    if (shorter === text || [...shorter].length < least) return text;
    text = shorter;
  }
}

const ONLY_PLACE = new RegExp(`^(?:${PLACES.join('|')})(?:省|市)?$`);
const LAST_PLACE = new RegExp(`(?:${PLACES.join('|')})市?$`);
const ONLY_TRADE = new RegExp(`^(?:${TRADE_HAN.source.slice(0, -1)})+$`);

function hanCore(text: string): string {
  let core = text.replace(/\s+/g, '');
  // 云帆（上海）有限公司, 北京云帆集团: forms and places stand at both ends in any order.
  for (let before = ''; before !== core;) {
    before = core;
    const named = without(core, LEGAL_HAN, 2);
    const placed = without(without(named, PLACE, 2), LAST_PLACE, 2);
    // 北京科技 and 上海科技 are two firms: the place is all that tells them apart.
    core = ONLY_TRADE.test(placed) ? named : placed;
  }
  return core;
}

function latinCore(text: string): string {
  const words = text.split(' ');
  const strip = (from: string[], drop: Set<string>) => {
    let left = from;
    while (left.length > 1 && drop.has(left.at(-1) ?? '')) left = left.slice(0, -1);
    return left;
  };
  let kept = words[0] === 'the' && words.length > 1 ? words.slice(1) : words;
  // "GmbH & Co. KG" and "(China) Co., Ltd." end in several of them, in any order.
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    kept = strip(strip(kept, LEGAL_LATIN), PLACE_LATIN);
    if (kept.length > 1 && kept.at(-1) === 'and') kept = kept.slice(0, -1);
  }
  return kept.join('');
}

/** What a company is known by: the same for every usual way of writing one name. Never empty unless the name holds no letter or digit. */
export function companyKey(name: string): string {
  const text = folded(name);
  return /\p{Script=Han}/u.test(text) ? hanCore(text) : latinCore(text);
}

/** The key without words of the trade: 云帆信息技术 and 云帆科技 are both 云帆. */
function shortKey(key: string): string {
  const short = without(key, TRADE_HAN, 2);
  return ONLY_PLACE.test(short) || ONLY_TRADE.test(short) ? key : short;
}

/** Edits between two short texts, counted only up to two. */
function withinOneEdit(one: string, other: string): boolean {
  const a = [...one];
  const b = [...other];
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [left, right] = [a.length - start - end, b.length - start - end];
  return Math.max(left, right) <= 1 || (left === 2 && right === 2 && a[start] === b[start + 1] && a[start + 1] === b[start]);
}

/** How alike two names are: the same company as written, likely the same, or not. */
export function likeCompany(one: string, other: string): 'same' | 'similar' | null {
  const [a, b] = [companyKey(one), companyKey(other)];
  if (a === '' || b === '') return null;
  if (a === b) return 'same';
  const [short, brief] = [shortKey(a), shortKey(b)];
  if (short === brief) return 'similar';
  const han = /\p{Script=Han}/u.test(a) && /\p{Script=Han}/u.test(b);
  const [less, more] = [...short].length <= [...brief].length ? [short, brief] : [brief, short];
  // A name said short begins the long one: "Contoso" and "Contoso Logistics", 云帆智联 and 云帆智联供应链.
  if (more.startsWith(less) && [...less].length >= (han ? 3 : 5)) return 'similar';
  // A slip of the finger; in short names and in Chinese one character more is another company.
  return !han && less.length >= 6 && withinOneEdit(a, b) ? 'similar' : null;
}
