import { codeList } from './code-list.ts'

/**
 * The MARC Code List for Countries of the Library of Congress: states and territories in use, then what was given up. The
 * states of the USA and the provinces of Canada are not in it: see {@link countriesOf}.
 */
export const countryNames: ReadonlyMap<string, string> = codeList(`
aa Albania|ae Algeria|af Afghanistan|ag Argentina|ai Armenia (Republic)|aj Azerbaijan|am Anguilla|an Andorra|ao Angola
aq Antigua and Barbuda|as American Samoa|at Australia|au Austria|aw Aruba|ay Antarctica
ba Bahrain|bb Barbados|bd Burundi|be Belgium|bf Bahamas|bg Bangladesh|bh Belize|bi British Indian Ocean Territory
bl Brazil|bm Bermuda Islands|bn Bosnia and Herzegovina|bo Bolivia|bp Solomon Islands|br Burma|bs Botswana|bt Bhutan
bu Bulgaria|bv Bouvet Island|bw Belarus|bx Brunei
ca Caribbean Netherlands|cb Cambodia|cc China|cd Chad|ce Sri Lanka|cf Congo (Brazzaville)
cg Congo (Democratic Republic)|ch China (Republic : 1949- )|ci Croatia|cj Cayman Islands|ck Colombia|cl Chile
cm Cameroon|co Curaçao|cq Comoros|cr Costa Rica|cu Cuba|cv Cabo Verde|cw Cook Islands|cx Central African Republic
cy Cyprus|dk Denmark|dm Benin|dq Dominica|dr Dominican Republic
ea Eritrea|ec Ecuador|eg Equatorial Guinea|em Timor-Leste|er Estonia|es El Salvador|et Ethiopia
fa Faroe Islands|fg French Guiana|fi Finland|fj Fiji|fk Falkland Islands|fm Micronesia (Federated States)
fp French Polynesia|fr France|fs Terres australes et antarctiques françaises|ft Djibouti
gb Kiribati|gd Grenada|gg Guernsey|gh Ghana|gi Gibraltar|gl Greenland|gm Gambia|go Gabon|gp Guadeloupe|gr Greece
gs Georgia (Republic)|gt Guatemala|gu Guam|gv Guinea|gw Germany|gy Guyana|gz Gaza Strip
hm Heard and McDonald Islands|ho Honduras|ht Haiti|hu Hungary
ic Iceland|ie Ireland|ii India|im Isle of Man|io Indonesia|iq Iraq|ir Iran|is Israel|it Italy|iv Côte d'Ivoire
iy Iraq-Saudi Arabia Neutral Zone|ja Japan|je Jersey|ji Johnston Atoll|jm Jamaica|jo Jordan
ke Kenya|kg Kyrgyzstan|kn Korea (North)|ko Korea (South)|ku Kuwait|kv Kosovo|kz Kazakhstan
lb Liberia|le Lebanon|lh Liechtenstein|li Lithuania|lo Lesotho|ls Laos|lu Luxembourg|lv Latvia|ly Libya
mc Monaco|mf Mauritius|mg Madagascar|mj Montserrat|mk Oman|ml Mali|mm Malta|mo Montenegro|mp Mongolia|mq Martinique
mr Morocco|mu Mauritania|mv Moldova|mw Malawi|mx Mexico|my Malaysia|mz Mozambique
ne Netherlands|ng Niger|nl New Caledonia|nn Vanuatu|no Norway|np Nepal|nq Nicaragua|nr Nigeria|nu Nauru
nw Northern Mariana Islands|nx Norfolk Island|nz New Zealand|ot Mayotte
pc Pitcairn Island|pe Peru|pf Paracel Islands|pg Guinea-Bissau|ph Philippines|pk Pakistan|pl Poland|pn Panama
po Portugal|pp Papua New Guinea|pr Puerto Rico|pw Palau|py Paraguay|qa Qatar
rb Serbia|re Réunion|rh Zimbabwe|rm Romania|ru Russia (Federation)|rw Rwanda
sa South Africa|sc Saint-Barthélemy|sd South Sudan|se Seychelles|sf Sao Tome and Principe|sg Senegal
sh Spanish North Africa|si Singapore|sj Sudan|sl Sierra Leone|sm San Marino|sn Sint Maarten|so Somalia|sp Spain
sq Eswatini|sr Surinam|ss Western Sahara|st Saint-Martin|su Saudi Arabia|sw Sweden|sx Namibia|sy Syria|sz Switzerland
ta Tajikistan|tc Turks and Caicos Islands|tg Togo|th Thailand|ti Tunisia|tk Turkmenistan|tl Tokelau|to Tonga
tr Trinidad and Tobago|ts United Arab Emirates|tu Turkey|tv Tuvalu|tz Tanzania
ua Egypt|uc United States Misc. Caribbean Islands|ug Uganda|un Ukraine|up United States Misc. Pacific Islands
uv Burkina Faso|uy Uruguay|uz Uzbekistan|vb British Virgin Islands|vc Vatican City|ve Venezuela
vi Virgin Islands of the United States|vm Vietnam|vp Various places|wf Wallis and Futuna
wj West Bank of the Jordan River|wk Wake Island|ws Samoa
xa Christmas Island (Indian Ocean)|xb Cocos (Keeling) Islands|xc Maldives|xd Saint Kitts-Nevis|xe Marshall Islands
xf Midway Islands|xh Niue|xj Saint Helena|xk Saint Lucia|xl Saint Pierre and Miquelon
xm Saint Vincent and the Grenadines|xn North Macedonia|xo Slovakia|xp Spratly Island|xr Czech Republic
xs South Georgia and the South Sandwich Islands|xv Slovenia|xx No place, unknown, or undetermined
xxc Canada|xxk United Kingdom|xxu United States|ye Yemen|za Zambia
enk England|nik Northern Ireland|stk Scotland|uik United Kingdom Misc. Islands|wlk Wales
aca Australian Capital Territory|qea Queensland|tma Tasmania|vra Victoria|wea Western Australia
xga Coral Sea Islands Territory|xna New South Wales|xoa Northern Territory|xra South Australia
ac Ashmore and Cartier Islands|air Armenian S.S.R.|ajr Azerbaijan S.S.R.|bwr Byelorussian S.S.R.|cn Canada
cp Canton and Enderbury Islands|cs Czechoslovakia|cz Canal Zone|err Estonia|ge Germany (East)
gn Gilbert and Ellice Islands|gsr Georgian S.S.R.|hk Hong Kong|iu Israel-Syria Demilitarized Zones
iw Israel-Jordan Demilitarized Zones|jn Jan Mayen|kgr Kirghiz S.S.R.|kzr Kazakh S.S.R.|lir Lithuania
ln Central and Southern Line Islands|lvr Latvia|mh Macao|mvr Moldavian S.S.R.|na Netherlands Antilles
nm Northern Mariana Islands|pt Portuguese Timor|rur Russian S.F.S.R.|ry Ryukyu Islands, Southern|sb Svalbard|sk Sikkim
sv Swan Islands|tar Tajik S.S.R.|tkr Turkmen S.S.R.|tt Trust Territory of the Pacific Islands
ui United Kingdom Misc. Islands|uk United Kingdom|unr Ukraine|ur Soviet Union|us United States|uzr Uzbek S.S.R.
vn Vietnam, North|vs Vietnam, South|wb West Berlin|xi Saint Kitts-Nevis-Anguilla|xxr Soviet Union
ys Yemen (People's Democratic Republic)|yu Serbia and Montenegro
`)

/** A code of three letters is a part of a country, and ends in a letter for that. */
const wholes = codeList(`
a Australia|c Canada|k United Kingdom|r Soviet Union|u United States
`)

/**
 * The names for a code of place (008/15–17): of a part of a country its own name, then the country's. A state of the USA
 * or a province of Canada is counted to its country only, as the documents of HathiTrust's catalogue have it.
 */
export function countriesOf(code: string): string[] {
  const name = countryNames.get(code)
  const whole = code.length === 3 ? wholes.get(code[2]!) : undefined
  return [...new Set([name, whole].filter((each) => each !== undefined))]
}
