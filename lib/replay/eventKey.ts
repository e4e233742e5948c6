/** Identifies an event for ever: the same event has the same pair, however often it comes. */
export function eventKey({ source, id }: { readonly source: string; readonly id: string }): string {
	return JSON.stringify([source, id]);
}
