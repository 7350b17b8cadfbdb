import { codeList } from './code-list.ts'
import { countryNames } from './country-names.ts'

// The MARC Code List for Geographic Areas of the Library of Congress. A country has the two letters of the list of
// countries there, behind those of the part of the world it lies in.
const countries: readonly (readonly [area: string, codes: string])[] = [
  [
    'a-',
    `af ai aj ba bg br bt bx cb cc ce cy em gs hk ii io iq ir is ja jo kg kn ko ku kz le ls mh mk mp my np ph pk pp pt qa si
    sk su sy ta th tk ts tu uz ys`,
  ],
  [
    'e-',
    'aa an au be bn bu bw ci cs dk er fi fr ge gg gi gr hu ic ie im it je kv lh li lu lv mc mm mo mv ne no pl po rb',
  ],
  ['e-', 'rm ru sm sp sw sz un vc xn xo xr xv'],
  ['e-ur-', 'ai aj bw er gs kg kz li lv mv ru ta tk un uz'],
  [
    'f-',
    `ae ao bd bs cd cf cg cm cx dm ea eg et ft gh gm go gv iv ke lb lo ly mg ml mr mu mw mz ng nr pg rh rw sa sd sf sg sh sj
    sl so sq ss sx tg ti tz ua ug uv za`,
  ],
  ['i-', 'bi cq fs hm mf re se xa xb xc'],
  ['ln', 'bm cv fa'],
  ['ls', 'bv fk xj'],
  ['n-', 'gl mx us xl'],
  ['nc', 'bh cr cz es gt ho nq pn'],
  ['nw', 'aq aw bb bf cj co cu dq dr gd gp ht jm mj mq na pr sc sn st tc tr vb vi xk xm'],
  ['po', 'as bp cp cw fj fp gn gu nl nn nu pc ry tl to tv wk ws xe xf xh'],
  ['s-', 'ag bl bo ck cl ec fg gy pe py uy ve'],
  ['t-', 'ay'],
  ['u-', 'ac at nz'],
]

const areas = codeList(`
a Asia|a-bn Borneo|a-cc-an Anhui Sheng (China)|a-cc-ch Zhejiang Sheng (China)|a-cc-cq Chongqing (China)
a-cc-fu Fujian Sheng (China)|a-cc-ha Hainan Sheng (China)|a-cc-he Heilongjiang Sheng (China)|a-cc-hh Hubei Sheng (China)
a-cc-hk Hong Kong (China)|a-cc-ho Henan Sheng (China)|a-cc-hp Hebei Sheng (China)|a-cc-hu Hunan Sheng (China)
a-cc-im Inner Mongolia (China)|a-cc-ka Gansu Sheng (China)|a-cc-kc Guangxi Zhuangzu Zizhiqu (China)
a-cc-ki Jiangxi Sheng (China)|a-cc-kn Guangdong Sheng (China)|a-cc-kr Jilin Sheng (China)|a-cc-ku Jiangsu Sheng (China)
a-cc-kw Guizhou Sheng (China)|a-cc-lp Liaoning Sheng (China)|a-cc-mh Macau (China : Special Administrative Region)
a-cc-nn Ningxia Huizu Zizhiqu (China)|a-cc-pe Beijing (China)|a-cc-sh Shanxi Sheng (China)|a-cc-sm Shanghai (China)
a-cc-sp Shandong Sheng (China)|a-cc-ss Shaanxi Sheng (China)|a-cc-su Xinjiang Uygur Zizhiqu (China)
a-cc-sz Sichuan Sheng (China)|a-cc-ti Tibet (China)|a-cc-tn Tianjin (China)|a-cc-ts Qinghai Sheng (China)
a-cc-yu Yunnan Sheng (China)|a-ccg Yangtze River (China)|a-cck Kunlun Mountains (China and India)|a-ccp Bo Hai (China)
a-ccs Xi River (China)|a-ccy Yellow River (China)|a-ch Taiwan|a-kr Korea|a-nw New Guinea|a-ok Okinawa
a-vn Viet Nam, North|a-vs Viet Nam, South|a-vt Vietnam|a-ye Yemen (Republic)|aa Amur River (China and Russia)
ab Bengal, Bay of|ac Asia, Central|ae East Asia|af Thailand, Gulf of|ag Mekong River|ah Himalaya Mountains|ai Indochina
ak Caspian Sea|am Malaya|an East China Sea|ao South China Sea|aopf Paracel Islands|aoxp Spratly Islands|ap Persian Gulf
ar Arabian Peninsula|as Southeast Asia|at Tien Shan|au Arabian Sea|aw Middle East|awba West Bank|awgz Gaza Strip
awiu Israel-Syria Demilitarized Zones|awiw Israel-Jordan Demilitarized Zones|awiy Iraq-Saudi Arabia Neutral Zone
ay Yellow Sea|az South Asia|b Commonwealth countries
c Intercontinental areas (Western Hemisphere)|cc Caribbean Area; Caribbean Sea|cl Latin America|cm Middle America
cr Circumcaribbean|d Developing countries|dd Developed countries
e Europe|e-gw Germany (West)|e-gx Germany|e-uk Great Britain|e-uk-en England|e-uk-ni Northern Ireland|e-uk-st Scotland
e-uk-ui Great Britain Miscellaneous Island Dependencies|e-uk-wl Wales
e-ur Russia. Russian Empire. Soviet Union. Former Soviet Republics|e-urc Central Chernozem Region (Russia)
e-ure Siberia, Eastern (Russia)|e-urf Russian Far East (Russia)|e-urk Caucasus|e-url Central Region, RSFSR
e-urn Soviet Union, Northwestern|e-uro Soviet Central Asia|e-urp Volga River (Russia)|e-urr Caucasus, Northern (Russia)
e-urs Siberia (Russia)|e-uru Ural Mountains (Russia)|e-urv Volgo-Viatskii Region, RSFSR
e-urw Siberia, Western (Russia)|e-yu Serbia and Montenegro; Yugoslavia|ea Alps|eb Baltic States|ec Europe, Central
ed Balkan Peninsula|ee Europe, Eastern|ei Iberian Peninsula|el Benelux countries|en Europe, Northern|eo Danube River
ep Pyrenees|er Rhine River|es Europe, Southern|et Europe, East Central|ev Scandinavia|ew Europe, Western
f Africa|f-by Biafra|f-if Ifni|fa Atlas Mountains|fb Africa, Sub-Saharan|fc Africa, Central|fd Sahara|fe Africa, Eastern
ff Africa, North|fg Congo River|fh Africa, Northeast|fi Niger River|fl Nile River|fn Sudan (Region)
fq Africa, French-speaking Equatorial|fr Great Rift Valley|fs Africa, Southern|fu Suez Canal (Egypt)
fv Volta River (Ghana)|fw Africa, West|fz Zambezi River|h French Community
i Indian Ocean|i-my Mayotte|i-xo Socotra Island|l Atlantic Ocean|ln North Atlantic Ocean|lnaz Azores
lnca Canary Islands|lnjn Jan Mayen Island|lnma Madeira Islands|lnsb Svalbard (Norway)|ls South Atlantic Ocean
lsai Ascension Island (Atlantic Ocean)|lstd Tristan da Cunha|lsxs South Georgia and South Sandwich Islands
m Intercontinental areas (Eastern Hemisphere)|ma Arab countries|mb Black Sea|me Eurasia
mm Mediterranean Region; Mediterranean Sea|mr Red Sea
n North America|n-cn Canada|n-cn-ab Alberta|n-cn-bc British Columbia|n-cn-mb Manitoba
n-cn-nf Newfoundland and Labrador|n-cn-nk New Brunswick|n-cn-ns Nova Scotia|n-cn-nt Northwest Territories
n-cn-nu Nunavut|n-cn-on Ontario|n-cn-pi Prince Edward Island|n-cn-qu Québec (Province)|n-cn-sn Saskatchewan
n-cn-yk Yukon|n-cnh Hudson Bay|n-cnm Maritime Provinces|n-cnp Prairie Provinces
n-us-ak Alaska|n-us-al Alabama|n-us-ar Arkansas|n-us-az Arizona|n-us-ca California|n-us-co Colorado|n-us-ct Connecticut
n-us-dc Washington (D.C.)|n-us-de Delaware|n-us-fl Florida|n-us-ga Georgia|n-us-hi Hawaii|n-us-ia Iowa|n-us-id Idaho
n-us-il Illinois|n-us-in Indiana|n-us-ks Kansas|n-us-ky Kentucky|n-us-la Louisiana|n-us-ma Massachusetts
n-us-md Maryland|n-us-me Maine|n-us-mi Michigan|n-us-mn Minnesota|n-us-mo Missouri|n-us-ms Mississippi|n-us-mt Montana
n-us-nb Nebraska|n-us-nc North Carolina|n-us-nd North Dakota|n-us-nh New Hampshire|n-us-nj New Jersey
n-us-nm New Mexico|n-us-nv Nevada|n-us-ny New York|n-us-oh Ohio|n-us-ok Oklahoma|n-us-or Oregon|n-us-pa Pennsylvania
n-us-ri Rhode Island|n-us-sc South Carolina|n-us-sd South Dakota|n-us-tn Tennessee|n-us-tx Texas|n-us-ut Utah
n-us-va Virginia|n-us-vt Vermont|n-us-wa Washington (State)|n-us-wi Wisconsin|n-us-wv West Virginia|n-us-wy Wyoming
n-usa Appalachian Mountains|n-usc Middle West|n-use Northeastern States|n-usl Middle Atlantic States
n-usm Mississippi River|n-usn New England|n-uso Ohio River|n-usp West (U.S.)|n-usr East (U.S.)|n-uss Missouri River
n-ust Southwest, New|n-usu Southern States|n-usw Northwest (U.S.)|nc Central America
nl Great Lakes (North America); Lake States|nm Mexico, Gulf of|np Great Plains|nr Rocky Mountains|nw West Indies
nwbc Barbuda|nwbn Bonaire|nweu Sint Eustatius|nwga Greater Antilles|nwgs Grenadines|nwhi Hispaniola
nwla Antilles, Lesser|nwli Leeward Islands (West Indies)|nwsb Saint-Barthélemy|nwsd Saba|nwsv Swan Islands (Honduras)
nwuc United States Miscellaneous Caribbean Islands|nwvr Virgin Islands|nwwi Windward Islands (West Indies)
nwxa Anguilla|nwxi Saint Kitts and Nevis
p Pacific Ocean|pn North Pacific Ocean|po Oceania|poci Caroline Islands|poea Easter Island|pogg Galapagos Islands
poji Johnston Island|pokb Kiribati|poki Kermadec Islands|poln Line Islands|pome Melanesia
pomi Micronesia (Federated States)|popl Palau|pops Polynesia|posc Santa Cruz Islands|posh Samoan Islands
posn Solomon Islands|pott Micronesia|poup United States Miscellaneous Pacific Islands|powf Wallis and Futuna Islands|poxd Mariana Islands
ps South Pacific Ocean|q Cold regions|r Arctic Ocean; Arctic regions
s South America|s-sr Suriname|sa Amazon River|sn Andes|sp Rio de la Plata (Argentina and Uruguay)
t Antarctic Ocean; Antarctica|u Australasia|u-at-ac Australian Capital Territory|u-at-ne New South Wales
u-at-no Northern Territory|u-at-qn Queensland|u-at-sa South Australia|u-at-tm Tasmania|u-at-vi Victoria
u-at-we Western Australia|u-atc Central Australia|u-ate Eastern Australia|u-atn Northern Australia
u-cs Coral Sea Islands|v Communist countries|w Tropics|x Earth|xa Eastern Hemisphere|xb Northern Hemisphere
xc Southern Hemisphere|xd Western Hemisphere|zd Deep space|zju Jupiter|zma Mars|zme Mercury|zmo Moon|zne Neptune
zo Outer space|zpl Pluto|zs Solar system|zsa Saturn|zsu Sun|zur Uranus|zve Venus
`)

/** Areas by their code without the hyphens it is filled up with (`n-us-mi`, `e-fr`). */
export const geographicNames: ReadonlyMap<string, string> = new Map([
  ...countries.flatMap(([area, codes]) =>
    codes.split(/\s+/).map((code) => [area + code, countryNames.get(code)!] as const),
  ),
  ...areas,
])
