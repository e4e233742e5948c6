/**
 * The words of a notification with one space between them: line breaks, tabs and no-break spaces
 * become spaces, accents are composed, and what nobody sees is taken out.
 *
 * @param invisible what stands for zero-width and direction marks; a forwarder may have put one in
 * place of a space
 */
export function cleanText(text: string, invisible: '' | ' ' = ''): string {
	return text
		.normalize('NFC')
		.replaceAll(/\p{Cf}/gu, invisible)
		.replaceAll(/[\s\p{Z}\p{Cc}]+/gu, ' ')
		.trim();
}

/** Whether there are digits that are not 0 to 9: Arabic-Indic, full width, superscript, ½. */
export function hasOtherDigits(text: string): boolean {
	return /[^\P{N}0-9]/u.test(text);
}
