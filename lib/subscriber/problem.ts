/** Why a value is not used, as the end of a sentence that starts with the value's name. */
export class Problem {
	constructor(readonly text: string) {}
}
