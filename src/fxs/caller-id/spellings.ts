/**
 * Spellings in ASCII of letters that have no decomposition into one, as displays and passports
 * have them, each after its letter; short vowels that a script does not write are not guessed.
 */
const LATIN =
  "ß ss æ ae Æ AE œ oe Œ OE ø o Ø O đ d Đ D ð d Ð D þ th Þ Th ł l Ł L ı i " +
  "‘ ' ’ ' “ \" ” \" – - — -";

/** Persian and Arabic letters; those that look alike have one spelling. */
const ARABIC =
  "ا a آ a أ a إ e ٱ a ب b پ p ت t ث s ج j چ ch ح h خ kh د d ذ z ر r ز z ژ zh س s ش sh ص s " +
  "ض z ط t ظ z ع a غ gh ف f ق q ک k ك k گ g ل l م m ن n و u ؤ o ه h ة h ۀ h ی i ي i ى a ئ i ء '";

const CYRILLIC =
  "а a б b в v г g ґ g д d е e ё e є ye ж zh з z и i і i ї yi й y ј j к k л l љ lj м m н n " +
  "њ nj о o п p р r с s т t ћ c ђ dj у u ў u ф f х kh ц ts ч ch џ dz ш sh щ shch ъ ' ы y ь ' " +
  "э e ю yu я ya";

const GREEK =
  "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f " +
  "χ ch ψ ps ω o";

function pairsOf(list: string): [string, string][] {
  const words = list.split(" ");
  return words.flatMap((letter, at) =>
    at % 2 === 0 ? [[letter, words[at + 1] ?? ""] satisfies [string, string]] : [],
  );
}

function withCapitals(pairs: readonly [string, string][]): [string, string][] {
  return pairs.flatMap(([letter, spelling]) => {
    const capital = letter.toUpperCase();
    const first = spelling.slice(0, 1).toUpperCase() + spelling.slice(1);
    return capital === letter
      ? [[letter, spelling]]
      : [
          [letter, spelling],
          [capital, first],
        ];
  });
}

/** How a letter that is not ASCII is spelled in ASCII. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...withCapitals([...pairsOf(CYRILLIC), ...pairsOf(GREEK)]),
  ...pairsOf(ARABIC),
  ...pairsOf(LATIN),
]);
