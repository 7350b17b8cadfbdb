import { codeList } from './code-list.ts'

/**
 * The collection codes of HathiTrust (974 c, `collection_code` of ht_json), in lower case, and the institutions the volumes
 * come from: of its rights database, `ht_collections.original_from_inst_id` by its name in `ht_institutions`.
 */
export const collectionNames: ReadonlyMap<string, string> = codeList(`
aeu University of Alberta|aubru The University of Queensland|aztes Arizona State University|chi University of Chicago
coo Cornell University|ctu University of Connecticut|deu University of Delaware|fmu University of Miami
geu Emory University|gri Getty Research Institute|gwla Technical Report Archive & Image Library
hvd Harvard University|iau University of Iowa|ibc Boston College|iduke Duke University|iloc Library of Congress
incsu North Carolina State University|innc Columbia University|innd University of Notre Dame
inrlf University of California|inu Indiana University|ipst Pennsylvania State University
isrlf University of California|iucd University of California|iucla University of California
iufl State University System of Florida|iuiuc University of Illinois at Urbana-Champaign
iunc University of North Carolina at Chapel Hill|keio Keio University 慶應義塾大学
lebau American University of Beirut - الجامعة الأميركيّة في بيروت|mdbj Johns Hopkins University
mdl Minnesota Digital Library|mdu University of Maryland, College Park|miu University of Michigan
mmet Tufts University|mou University of Missouri - Columbia|msu Michigan State University
mu University of Massachusetts Amherst|mwica Sterling and Francine Clark Art Institute|nbb Brooklyn Museum
nbuu University At Buffalo, The State University of New York|ncwsw Wake Forest University|njp Princeton University
nnc Columbia University|nnfr The Frick Collection|nrlf University of California|nwu Northwestern University
nyp New York Public Library|oks Oklahoma State University|osu The Ohio State University|phc Haverford College
ppt Temple University|pst Pennsylvania State University|pu University of Pennsylvania
pur Purdue University Main Campus Libraries|qmm McGill University|scu University of South Carolina
srlf University of California|tu University of Tennessee, Knoxville|txcm Texas A&M University
txsmtsu Texas State University - San Marcos|txu University of Texas at Austin|ucbk University of California
ucd University of California|uci University of California|ucla University of California
ucm Universidad Complutense de Madrid|ucmr University of California|ucr University of California
ucsb University of California|ucsc University of California|ucsd University of California
ucsf University of California|ufdc State University System of Florida|uiuc University of Illinois at Urbana-Champaign
uiucl University of Illinois at Urbana-Champaign|ukloku Knowledge Unlatched|umbus University of Michigan
umdb University of Michigan|umdcmp Millennium Project|umlaw University of Michigan|umn University of Minnesota
umprivate Private Donor|usu Utah State University Press|uuhhs Unitarian Universalist History and Heritage Society
uva University of Virginia|vircu Virginia Commonwealth University|wau University of Washington
wu University of Wisconsin - Madison|yale Yale University
`)
