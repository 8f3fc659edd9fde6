/** Words of addresses and names of places, as data. Lower case. */
import { wordSet } from '#masking/words/word-set.ts';

/** USPS Publication 28, appendix C1, and what other countries call theirs. */
export const STREET_SUFFIXES =
  'Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway|Pkwy|Circle|Cir|Highway|Hwy|Trail|Trl|Crescent|Close|Row|Walk|Alley|Loop|Plaza|Route|Crossing|Ridge|Mews|Gardens|Grove|Hill|Run|Path|Pike|Turnpike|Expressway|Freeway|Bypass|Quay|Esplanade|Common|Commons|Landing|Point|Cove|Bend|Creek|Glen|Heights|Manor|Meadow|Meadows|Park|Pass|Shore|Springs|View|Village|Vista|Station|Junction|Island|Key|Knoll|Lake|Mill|Orchard|Spur|Stravenue|Summit|Valley|Viaduct|Walks|Well|Wells';

/** USPS Publication 28, appendix B. */
export const STATES =
  'AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY';

export const STATE_NAMES =
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming';

/** Large and often named cities; words that are also given names or ordinary words are left out. One word, or joined by `_`. */
export const CITIES: ReadonlySet<string> = wordSet(
  'london paris berlin madrid rome vienna amsterdam brussels copenhagen stockholm oslo helsinki dublin lisbon athens warsaw prague budapest bucharest sofia belgrade zagreb ' +
    'munich hamburg frankfurt cologne stuttgart düsseldorf dusseldorf leipzig dresden zurich zürich geneva basel bern lyon marseille toulouse bordeaux lille nantes milan naples turin ' +
    'barcelona valencia seville bilbao porto rotterdam utrecht antwerp ghent manchester birmingham liverpool leeds glasgow edinburgh bristol cardiff belfast sheffield nottingham ' +
    'moscow kyiv kiev minsk riga vilnius tallinn istanbul ankara izmir tehran baghdad riyadh jeddah dubai doha muscat kuwait beirut amman jerusalem haifa cairo alexandria casablanca ' +
    'tunis algiers lagos abuja nairobi kampala accra dakar johannesburg pretoria durban harare luanda kinshasa mumbai delhi bangalore bengaluru hyderabad chennai kolkata pune ahmedabad ' +
    'jaipur lucknow karachi lahore islamabad dhaka colombo kathmandu bangkok hanoi singapore jakarta manila shanghai beijing shenzhen guangzhou chengdu wuhan taipei ' +
    'seoul busan tokyo osaka kyoto nagoya yokohama sapporo fukuoka sydney melbourne brisbane perth adelaide canberra auckland wellington toronto montreal vancouver ottawa calgary ' +
    'edmonton winnipeg quebec halifax boston chicago houston phoenix philadelphia dallas seattle denver detroit memphis portland baltimore milwaukee albuquerque tucson fresno sacramento ' +
    'atlanta omaha miami oakland minneapolis tulsa wichita arlington cleveland tampa honolulu anaheim cincinnati pittsburgh anchorage stockton toledo newark plano orlando irvine laredo ' +
    'lubbock glendale scottsdale boise richmond spokane tacoma fremont birmingham rochester nashville louisville indianapolis charlotte sacramento raleigh buffalo knoxville albany ' +
    'springfield tallahassee montgomery columbus austin bogotá bogota lima quito santiago caracas montevideo asunción medellín cali guadalajara monterrey tijuana puebla ' +
    'havana recife salvador fortaleza curitiba brasília brasilia manaus ' +
    'new_york los_angeles san_francisco san_diego san_antonio san_jose las_vegas new_orleans salt_lake_city kansas_city oklahoma_city fort_worth el_paso long_beach st_louis saint_louis ' +
    'baton_rouge des_moines colorado_springs virginia_beach jersey_city st_paul ann_arbor little_rock santa_fe palo_alto mountain_view santa_clara santa_monica ' +
    'buenos_aires rio_de_janeiro são_paulo sao_paulo mexico_city panama_city san_juan tel_aviv abu_dhabi cape_town hong_kong kuala_lumpur ho_chi_minh_city new_delhi saint_petersburg addis_ababa',
);

/** Before a city these say that it is one: `lives in Austin`. */
export const PLACE_WORDS: readonly string[] =
  'in from near at to of around outside living lives lived born moved relocated resides based located address downtown visiting In From Near At'.split(
    ' ',
  );
