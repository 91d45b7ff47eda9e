/**
 * Names and words of telephone books in Iran, each before its customary spelling in Latin letters:
 * Persian does not write short vowels, and nobody reads "mhmd" on a display. Common knowledge, not
 * from a text; what is not there is spelled letter by letter.
 */
const LIST =
  "محمد Mohammad علی Ali حسین Hossein حسن Hassan رضا Reza مهدی Mehdi احمد Ahmad محمود Mahmoud " +
  "امیر Amir عباس Abbas مجید Majid حمید Hamid سعید Saeed مسعود Masoud ابراهیم Ebrahim " +
  "اسماعیل Esmail یوسف Yousef یعقوب Yaghoub موسی Mousa عیسی Isa داود Davoud داوود Davoud " +
  "سلیمان Soleiman اکبر Akbar اصغر Asghar قاسم Ghasem کاظم Kazem صادق Sadegh جعفر Jafar " +
  "باقر Bagher تقی Taghi نقی Naghi هادی Hadi جواد Javad کریم Karim رحیم Rahim رحمان Rahman " +
  "غلام Gholam عبدالله Abdollah نصرالله Nasrollah حبیب Habib خلیل Khalil جلیل Jalil جمال Jamal " +
  "جلال Jalal کمال Kamal ناصر Naser منصور Mansour میثم Meysam سجاد Sajjad محسن Mohsen " +
  "مصطفی Mostafa مرتضی Morteza مجتبی Mojtaba ایمان Iman پیمان Peyman آرش Arash آرمان Arman " +
  "آریا Aria کوروش Kourosh داریوش Dariush سیاوش Siavash فرهاد Farhad فرشید Farshid فرید Farid " +
  "فریدون Fereydoun بهرام Bahram بهروز Behrouz بهزاد Behzad بهنام Behnam پرویز Parviz " +
  "پوریا Pouria جمشید Jamshid خسرو Khosrow رستم Rostam رامین Ramin سامان Saman سینا Sina " +
  "شاهین Shahin شهرام Shahram شهریار Shahriar کامران Kamran کاوه Kaveh کیان Kian مازیار Maziar " +
  "مهران Mehran مهرداد Mehrdad نادر Nader نیما Nima هومن Houman یاسر Yaser یزدان Yazdan " +
  "طاهر Taher صالح Saleh رسول Rasoul ولی Vali عزیز Aziz حیدر Heydar قربان Ghorban " +
  "رمضان Ramezan شعبان Shaban رجب Rajab نعمت Nemat رحمت Rahmat عظیم Azim سالار Salar " +
  "میلاد Milad پدرام Pedram پژمان Pejman کیوان Keyvan اشکان Ashkan بابک Babak بهمن Bahman " +
  "بیژن Bijan تورج Touraj منوچهر Manouchehr هوشنگ Houshang ایرج Iraj وحید Vahid نوید Navid " +
  "امید Omid حامد Hamed حمزه Hamzeh یحیی Yahya زکریا Zakaria فرزاد Farzad پویا Pouya " +
  "کیانوش Kianoush شایان Shayan فاطمه Fatemeh زهرا Zahra مریم Maryam زینب Zeynab سکینه Sakineh " +
  "معصومه Masoumeh خدیجه Khadijeh رقیه Roghayeh کبری Kobra صغری Soghra لیلا Leila سارا Sara " +
  "نرگس Narges نازنین Nazanin مینا Mina مهسا Mahsa پریسا Parisa پروانه Parvaneh پروین Parvin " +
  "شیرین Shirin شیوا Shiva نسرین Nasrin نسترن Nastaran یاسمن Yasaman الهام Elham الهه Elaheh " +
  "سمیه Somayeh سمیرا Samira سحر Sahar ستاره Setareh سپیده Sepideh سیما Sima فرزانه Farzaneh " +
  "فریبا Fariba فرشته Fereshteh فهیمه Fahimeh طاهره Tahereh طیبه Tayebeh عاطفه Atefeh " +
  "اعظم Azam اکرم Akram اشرف Ashraf بتول Batoul بهاره Bahareh ندا Neda نگار Negar نگین Negin " +
  "نیلوفر Niloufar هانیه Hanieh هما Homa مرضیه Marzieh مژگان Mojgan منیژه Manijeh مهناز Mahnaz " +
  "مهین Mahin شهلا Shahla شهناز Shahnaz شبنم Shabnam ژاله Zhaleh رویا Roya ریحانه Reyhaneh " +
  "راضیه Razieh حمیده Hamideh حکیمه Hakimeh آزاده Azadeh آتنا Atena آیدا Ayda آناهیتا Anahita " +
  "گلناز Golnaz کتایون Katayoun مهتاب Mahtab آرزو Arezou مهرنوش Mehrnoush موسوی Mousavi " +
  "هاشمی Hashemi علوی Alavi رضوی Razavi طباطبایی Tabatabaei نجفی Najafi فراهانی Farahani " +
  "گودرزی Goudarzi زارع Zare نظری Nazari شفیعی Shafiei مقدم Moghaddam فلاح Fallah نور Nour " +
  "شریف Sharif مراد Morad امین Amin قنبر Ghanbar میرزا Mirza پارسا Parsa پارس Pars " +
  "سلطان Soltan میر Mir سید Seyed حاج Haj حاجی Haji آقا Agha آقای Aghaye خانم Khanom " +
  "دکتر Doktor مهندس Mohandes استاد Ostad خانه Khaneh دفتر Daftar شرکت Sherkat مادر Madar " +
  "پدر Pedar بابا Baba مامان Maman عمو Amou خاله Khaleh دایی Daei عمه Ammeh برادر Baradar " +
  "خواهر Khahar مدرسه Madreseh بیمارستان Bimarestan درمانگاه Darmangah داروخانه Daroukhaneh " +
  "اداره Edareh بانک Bank تلفن Telefon فروشگاه Foroushgah رستوران Restoran پلیس Polis " +
  "اورژانس Orzhans پشتیبانی Poshtibani فروش Foroush ایران Iran تهران Tehran اصفهان Esfahan " +
  "شیراز Shiraz مشهد Mashhad تبریز Tabriz قم Qom کرج Karaj اهواز Ahvaz رشت Rasht یزد Yazd " +
  "کرمان Kerman کاشان Kashan";

const NAMES: ReadonlyMap<string, string> = new Map(
  Array.from(LIST.matchAll(/(\S+) (\S+)/g), ([, name = "", spelling = ""]) => [name, spelling]),
);

/** What families' names end in. */
const ENDINGS = [
  ["زاده", "zadeh"],
  ["نژاد", "nejad"],
  ["پور", "pour"],
  ["یان", "ian"],
  ["فرد", "fard"],
  ["نیا", "nia"],
  ["فر", "far"],
  ["یی", "ei"],
  ["ئی", "ei"],
  ["ی", "i"],
] as const;

/** Parts of a name that is made of two: shorter ones are in too many words. */
const PART_MIN_LETTERS = 3;

/** Arabic letters where Persian has others of the same sound, and what is written above letters. */
const LIKE: ReadonlyMap<string, string> = new Map([
  ["ي", "ی"],
  ["ى", "ی"],
  ["ك", "ک"],
  ["ة", "ه"],
  ["ۀ", "ه"],
  ["أ", "ا"],
  ["إ", "ا"],
]);
const MARKS = /[\u0640\u064b-\u0655\u0670]/g;

/**
 * The customary spelling of one word in Arabic letters, where it is known: a name, a family's name
 * made of one, or two names in one. Undefined for any other.
 */
export function persianName(written: string): string | undefined {
  const word = Array.from(written.replace(MARKS, ""), (one) => LIKE.get(one) ?? one).join("");
  return NAMES.get(word) ?? familyName(word) ?? twoNames(word);
}

function familyName(word: string): string | undefined {
  for (const [ending, spelling] of ENDINGS) {
    if (!word.endsWith(ending)) continue;
    const stem = word.slice(0, -ending.length);
    if (stem.length < PART_MIN_LETTERS) continue;
    const name = NAMES.get(stem) ?? twoNames(stem);
    if (name !== undefined) return name + spelling;
  }
  return undefined;
}

function twoNames(word: string): string | undefined {
  for (let at = PART_MIN_LETTERS; at <= word.length - PART_MIN_LETTERS; at++) {
    const first = NAMES.get(word.slice(0, at));
    const second = NAMES.get(word.slice(at));
    if (first !== undefined && second !== undefined) return first + second.toLowerCase();
  }
  return undefined;
}
