import { ANY_LETTER } from './cleanText';

/** The letters of a text in one alphabet, for a class of characters that disregards case. */
export const LETTERS = `a-z${ANY_LETTER}`;

/** How soles are written before the number: `S/`, `S/.`, `S./`, `S /`, `PEN`. */
export const CURRENCY = '(?:S ?(?:/ ?\\.?|\\./)|PEN) ?';

export const NUMBER = '[0-9](?:[0-9.,]{0,20}[0-9])?';

/** A sum that means nothing here, to its very end. */
export const AMOUNT = `${CURRENCY}${NUMBER}(?![${LETTERS}0-9%$€])`;
