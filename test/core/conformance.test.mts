import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
	CURRENT_SECRET,
	isNotApplicable,
	NEXT_SECRET,
	PREVIOUS_SECRET,
	WRONG_SECRET,
	type Forgeries,
	type Refused,
	type Scene,
} from '../conformance/provider.mts';
import { everyParameterByExpression } from '../conformance/everyParameter.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { CoreTrigger } from '../conformance/coreTrigger.mts';
import type { Answer } from '../support/inboxHub.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { WorkedBehind } from '../support/workedBehind.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';

/** What an envelope may have beside what each has. */
const OPTIONAL_ATTRIBUTES = [
	'subject',
	'signeddigest',
	'matchedsecret',
	'matchedsignature',
	'matchedkeyid',
];

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

describe.each(PROVIDERS)('$name, in n8n-core', ({ open }) => {
	let scene: Scene;
	const triggers: CoreTrigger[] = [];

	beforeAll(async () => void (scene = await open()));
	afterAll(async () => {
		await Promise.all(triggers.map(async (trigger) => await trigger.close()));
		await scene?.close?.();
	});

	const start = async (
		...args: Parameters<typeof CoreTrigger.start> extends [Scene, ...infer R] ? R : never
	) => {
		const trigger = await CoreTrigger.start(scene, ...args);
		triggers.push(trigger);
		return trigger;
	};
	const newId = () => randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase();

	test('a genuine delivery is one execution with one CloudEvent', async () => {
		const trigger = await start();
		const answer = await trigger.send(await scene.genuine(newId()));
		expect(answer.status).toBe(scene.acceptedStatus ?? 200);
		expect(trigger.events()).toEqual([
			{
				specversion: '1.0',
				id: expect.stringMatching(/./),
				source: expect.stringMatching(/^\/[a-z][a-z\d-]*(\/[^/\s]+)*$/),
				type: scene.type,
				...Object.fromEntries(
					OPTIONAL_ATTRIBUTES.filter((name) => trigger.events()[0]?.[name] !== undefined).map(
						(name) => [name, expect.stringMatching(/./)],
					),
				),
				time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
				datacontenttype: 'application/json',
				verification: scene.verification,
				dedupekey: expect.stringMatching(/./),
				data: expect.objectContaining({ raw: expect.anything() }),
			},
		]);
	});

	describe('an Events parameter that tells nothing', () => {
		test.each([
			['an empty list', []],
			['an empty text', ''],
			['an expression that gives an object', '={{ {} }}'],
			[
				'an expression that fails, which n8n makes nothing of',
				'={{ $json.gone.types.split(",") }}',
			],
		])('%s: 503, told once, and the event is accepted later', async (_name, events) => {
			const trigger = await start({ events });
			const delivery = await scene.genuine(newId());
			for (const answer of [await trigger.send(delivery), await trigger.send(delivery)]) {
				expect(answer.status).toBe(503);
				expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
			}
			expect(trigger.events()).toEqual([]);
			expect(trigger.log().match(/'Events' is empty/g)).toHaveLength(1);
			trigger.setEvents(scene.selectingAll ?? ['*']);
			expect((await trigger.send(delivery)).status).toBe(scene.acceptedStatus ?? 200);
			expect(trigger.events()).toHaveLength(1);
		});

		test('does not go live', async () => {
			const trigger = await start({ events: [] });
			await expect(trigger.hook('checkExists')).rejects.toThrow(/'Events' is empty/);
		});
	});

	test('what throws once after the event was claimed does not keep its repeat out', async () => {
		const trigger = await start({ events: "={{ $('Gone').first().json.types }}" });
		const delivery = await scene.genuine(newId());
		expect((await trigger.send(delivery)).status).toBe(503);
		trigger.setEvents(scene.selectingAll ?? ['*']);
		// A claim left behind has each repeat wait, and answers 503.
		expect((await trigger.send(delivery)).status).toBe(scene.acceptedStatus ?? 200);
		expect(trigger.events()).toHaveLength(1);
	});

	describe('an option whose expression fails', () => {
		const optionsWith = (options: object) => ({
			options: { ...(scene.parameters.options as object), ...options },
		});

		test.each([
			['nothing, as n8n makes of an error', '={{ [].gone.join(",") }}'],
			['no value', '={{ null }}'],
			['an empty list', '={{ [] }}'],
		])('Allowed Source Addresses that gives %s lets nobody in', async (_name, addresses) => {
			const parameters = optionsWith({ allowedSourceAddresses: addresses });
			const trigger = await start({ parameters });
			await expect(trigger.hook('checkExists')).rejects.toThrow(
				"'Allowed Source Addresses' is empty. Check the expression",
			);
			const delivery = await scene.genuine(newId());
			for (const answer of [await trigger.send(delivery), await trigger.send(delivery)]) {
				await expectUnavailable(answer);
			}
			expect(trigger.events()).toEqual([]);
			expect(
				trigger.log().match(/'Allowed Source Addresses' is empty. Check the expression/g),
			).toHaveLength(1);
		});

		test('only once the execution runs: the event passes, and is known from then on', async () => {
			const parameters = optionsWith({
				deduplicationWindow: "={{ $json.specversion ? $('Gone').first().json.hours : 24 }}",
			});
			const trigger = await start({ parameters });
			const delivery = await scene.genuine(newId());
			expect((await trigger.send(delivery)).status).toBe(scene.acceptedStatus ?? 200);
			expect(trigger.events()).toMatchObject([{ type: scene.type }]);
			expect(trigger.log()).toContain('The options could not be read, so the defaults apply');
			expect(saysDuplicate(scene, await trigger.send(delivery))).toBe(true);
		});
	});

	describe('what is not authentic starts nothing', () => {
		const cases: ReadonlyArray<[string, keyof Omit<Forgeries, 'malformedHeaders'>]> = [
			['a wrong secret', 'wrongSecret'],
			['a missing header', 'missingHeader'],
			['a stale time', 'staleTime'],
			['a time in the future', 'futureTime'],
			['a tampered body', 'tamperedBody'],
		];
		test.each(cases)('%s', async (_name, key) => {
			const forged = (await scene.forgeries(newId()))[key];
			if (isNotApplicable(forged)) return expectReason(forged.notApplicable);
			const trigger = await start();
			if ('smuggled' in forged) {
				expect((await trigger.send(forged.sent)).status).toBe(scene.acceptedStatus ?? 200);
				expect(trigger.events()).toHaveLength(1);
				expect(JSON.stringify(trigger.events())).not.toContain(forged.smuggled);
			} else {
				await expectRefused(trigger, forged);
			}
		});

		test('malformed headers', async () => {
			const { malformedHeaders } = await scene.forgeries(newId());
			if (isNotApplicable(malformedHeaders)) {
				return expectReason(String(malformedHeaders.notApplicable));
			}
			const trigger = await start();
			const forged = Object.values(malformedHeaders);
			expect(forged.length).toBeGreaterThan(1);
			for (const one of forged) await expectRefused(trigger, one);
		});

		test('the genuine one is accepted after all of its forgeries', async () => {
			const trigger = await start();
			const id = newId();
			const { malformedHeaders, ...others } = await scene.forgeries(id);
			const forged = [
				...Object.values(others),
				...(isNotApplicable(malformedHeaders) ? [] : Object.values(malformedHeaders)),
			];
			for (const one of forged) if ('status' in one) await trigger.send(one.sent);
			expect(trigger.events()).toHaveLength(0);
			const genuine = await scene.genuine(newId());
			expect((await trigger.send(genuine)).status).toBe(scene.acceptedStatus ?? 200);
			expect(trigger.events()).toHaveLength(1);
		});
	});

	test('a rotated secret: both count, then only the new one', async () => {
		const { rotation, data } = scene.credential;
		if (isNotApplicable(rotation)) return expectReason(rotation.notApplicable);
		const trigger = await start();
		const send = async (secret: string) =>
			(await trigger.send(await scene.genuine(newId(), { secret }))).status;
		const accepted = scene.acceptedStatus ?? 200;
		expect(await send(CURRENT_SECRET)).toBe(accepted);
		expect(await send(PREVIOUS_SECRET)).toBe(accepted);
		expect(await send(WRONG_SECRET)).toBe(401);

		const written = rotation.written ?? ((secret: string) => secret);
		const rotated = {
			[rotation.current]: written(NEXT_SECRET),
			[rotation.previous]: written(CURRENT_SECRET),
		};
		trigger.setCredential({ ...data, ...rotated });
		expect(await send(NEXT_SECRET)).toBe(accepted);
		expect(await send(CURRENT_SECRET)).toBe(accepted);
		expect(await send(PREVIOUS_SECRET)).toBe(401);

		const after = await start({ credential: { ...data, ...rotated, [rotation.previous]: '' } });
		const sent = await scene.genuine(newId(), { secret: CURRENT_SECRET });
		expect((await after.send(sent)).status).toBe(401);
		expect(after.events()).toHaveLength(0);
	});

	test('a new secret counts also in the very moment in which the old one was read', async () => {
		const { rotation, data } = scene.credential;
		if (isNotApplicable(rotation)) return expectReason(rotation.notApplicable);
		const trigger = await start();
		const now = Date.now();
		vi.useFakeTimers({ toFake: ['Date'], now });
		onTestFinished(() => void vi.useRealTimers());
		const sentAt = new Date(now);
		const send = async (secret: string) =>
			(await trigger.send(await scene.genuine(newId(), { secret, sentAt }))).status;
		expect(await send(NEXT_SECRET)).toBe(401);
		const written = rotation.written?.(NEXT_SECRET) ?? NEXT_SECRET;
		trigger.setCredential({ ...data, [rotation.current]: written });
		expect(await send(NEXT_SECRET)).toBe(scene.acceptedStatus ?? 200);
	});

	test('who is refused again and again is told in the log once, with what to look at', async () => {
		const trigger = await start();
		for (let n = 0; n < 3; n += 1) {
			await trigger.send((await scene.forgeries(newId())).wrongSecret.sent);
		}
		const { error } = (await scene.forgeries(newId())).wrongSecret;
		const told = trigger.log().match(/Deliveries are refused: .*/g);
		// Kometia Trigger tells by itself what the API said of the event.
		if (error === 'event_not_found') return expect(trigger.log()).toContain('refused as forged');
		expect(told).toHaveLength(1);
		expect(told?.[0]).toMatch(
			new RegExp(
				`${error} \\(1\\); from 127.0.0.1 \\(1\\). If they are genuine: ${error}: .*minute`,
			),
		);
	});

	test('an event whose name nobody knows is not dropped', async () => {
		const trigger = await start();
		const { sent, type } = await scene.unknown(newId());
		expect((await trigger.send(sent)).status).toBe(scene.acceptedStatus ?? 200);
		expect(trigger.events()).toMatchObject([{ type, verification: scene.verification }]);
	});

	test('an expression in every parameter is the value that it gives', async () => {
		const parameters = everyParameterByExpression(scene);
		expect(JSON.stringify(parameters).match(/={{/g)?.length).toBeGreaterThan(4);
		const trigger = await start({ parameters });
		const sent = await scene.genuine(newId());
		expect((await trigger.send(sent)).status).toBe(scene.acceptedStatus ?? 200);
		expect(saysDuplicate(scene, await trigger.send(sent))).toBe(true);
		expect(trigger.events()).toMatchObject([
			{ type: scene.type, verification: scene.verification },
		]);
	});

	test('what is nested beyond reason is left out, and the envelope says so', async () => {
		const options = { ...(scene.parameters.options as object), acceptUnverified: true };
		const trigger = await start({ credential: null, parameters: { options } });
		const { body, headers, query } = await scene.genuine(newId());
		const nested = nestingEverywhere(JSON.parse(String(body)));
		const answer = await trigger.send({ body: nested, headers, query });
		expect(answer.status).toBe(scene.acceptedStatus ?? 200);
		expect(trigger.events()).toMatchObject([{ type: scene.type, nestingcut: true }]);
		const [event] = trigger.events();
		expect(JSON.stringify(event)).toContain('[left out: nested deeper than 64 levels]');
		expect(depthOf(event?.data)).toBe(64);
	});

	test('an event that is not selected is 200 and starts nothing', async () => {
		const trigger = await start({ events: scene.selectingOther });
		const answer = await trigger.send(await scene.genuine(newId()));
		if (scene.saysIgnored) expect(scene.saysIgnored(answer)).toBe(true);
		else expect(answer).toMatchObject({ status: 200, json: { ignored: true } });
		expect(trigger.events()).toHaveLength(0);
	});

	test('an authentic body that cannot be read is 400 and starts nothing', async () => {
		const unreadable = await scene.unreadable();
		if (isNotApplicable(unreadable)) return expectReason(unreadable.notApplicable);
		const trigger = await start();
		const answer = await trigger.send(unreadable);
		expect(answer).toMatchObject({
			status: 400,
			json: { error: 'body_malformed', detail: expect.stringMatching(/./) },
		});
		expect(trigger.events()).toHaveLength(0);
	});

	test('a repeat is a duplicate', async () => {
		const trigger = await start();
		const sent = await scene.genuine(newId());
		const first = await trigger.send(sent);
		expect(saysDuplicate(scene, first)).toBe(false);
		expect(saysDuplicate(scene, await trigger.send(sent))).toBe(true);
		expect(trigger.events()).toHaveLength(1);
	});

	test('20 copies at once are one execution', async () => {
		const trigger = await start();
		const sent = await scene.genuine(newId());
		const answers = await Promise.all(
			Array.from({ length: 20 }, async () => await trigger.send(sent)),
		);
		expect(answers.filter((answer) => saysDuplicate(scene, answer))).toHaveLength(19);
		expect(trigger.events()).toHaveLength(1);
	});

	test('what n8n could not store may come again', async () => {
		const trigger = await start();
		const sent = await scene.genuine(newId());
		trigger.failStores(2);
		expect((await trigger.send(sent)).status).toBe(500);
		// Of two at once, the second takes over where the first one failed.
		const pair = await Promise.all([trigger.send(sent), trigger.send(sent)]);
		expect(pair.map(({ status }) => status).sort()).toEqual([scene.acceptedStatus ?? 200, 500]);
		expect(trigger.events()).toHaveLength(1);
		expect(saysDuplicate(scene, await trigger.send(sent))).toBe(true);
	});

	test('a temporary inability is 503 with Retry-After, and passes', async () => {
		const trigger = await start({
			credential: { ...scene.credential.data, ...scene.credential.blank },
		});
		const sent = await scene.genuine(newId());
		await expectUnavailable(await trigger.send(sent));
		await expectUnavailable(await trigger.send(sent));
		expect(trigger.events()).toHaveLength(0);
		const { secretField } = scene.credential;
		expect(trigger.log().match(/verification_unavailable \(/g)).toHaveLength(1);
		expect(trigger.log()).toContain(`'${secretField}' is empty or can't be used`);
		trigger.setCredential(scene.credential.data);
		expect((await trigger.send(sent)).status).toBe(scene.acceptedStatus ?? 200);

		if (scene.interrupt === undefined) return;
		const another = await scene.genuine(newId());
		const mend = scene.interrupt();
		await expectUnavailable(await trigger.send(another)).finally(mend);
		expect(trigger.events()).toHaveLength(1);
		expect((await trigger.send(another)).status).toBe(scene.acceptedStatus ?? 200);
		expect(trigger.events()).toHaveLength(2);
	});

	test('without a secret it does not go live, and says what to fill in', async () => {
		const { blank, data, secretField } = scene.credential;
		const unusable = await start({ credential: { ...data, ...blank } });
		await expect(unusable.hook('checkExists')).rejects.toThrow(`'${secretField}' is empty`);
		const missing = await start({ credential: null });
		await expect(missing.hook('checkExists')).rejects.toThrow('no credential');

		const options = { ...(scene.parameters.options as object), acceptUnverified: true };
		const open = await start({ credential: null, parameters: { options } });
		await open.hook('checkExists');
		expect((await open.send(await scene.genuine(newId()))).status).toBe(
			scene.acceptedStatus ?? 200,
		);
		expect(open.events()).toMatchObject([{ verification: 'none' }]);
	});

	test('no secret in an output, an answer, an error or a log', async () => {
		const trigger = await start();
		const id = newId();
		const { malformedHeaders, ...others } = await scene.forgeries(id);
		for (const one of [...Object.values(others), ...Object.values(malformedHeaders)]) {
			if (typeof one === 'object' && 'sent' in one) await trigger.send(one.sent);
		}
		await trigger.send(await scene.genuine(newId()));
		await trigger.send((await scene.unknown(newId())).sent);
		const unreadable = await scene.unreadable();
		if (!isNotApplicable(unreadable)) await trigger.send(unreadable);
		expect(trigger.events().length).toBeGreaterThanOrEqual(2);
		const shown = trigger.everythingShown();
		for (const secret of [CURRENT_SECRET, PREVIOUS_SECRET, ...(scene.credential.secrets ?? [])]) {
			expect(shown).not.toContain(secret);
		}
	});

	describe('answering when the workflow has ended', () => {
		const waiting = async (behind: WorkedBehind) =>
			await start({
				behind,
				parameters: { options: { ...(scene.parameters.options as object), answer: 'whenEnded' } },
			});

		test('is the usual answer where it succeeded, and a repeat is a duplicate', async () => {
			const behind = new WorkedBehind();
			const trigger = await waiting(behind);
			const plain = await start();
			const sent = await scene.genuine(newId());
			const usual = await plain.send(sent);
			const answer = await trigger.send(sent);
			expect(answer.status).toBe(usual.status);
			expect(Object.keys(answer.json as object)).toEqual(Object.keys(usual.json as object));
			expect(behind.runs).toBe(1);
			expect(saysDuplicate(scene, await trigger.send(sent))).toBe(true);
			expect(behind.runs).toBe(1);
		});

		test('is 500 where it failed, tells nothing, and the event may come again', async () => {
			const behind = new WorkedBehind();
			const trigger = await waiting(behind);
			const sent = await scene.genuine(newId());
			behind.failures = 2;
			expect(await trigger.send(sent)).toMatchObject({
				status: 500,
				json: { error: 'workflow_failed' },
			});
			// Of two at once, the second takes over where the first one failed.
			const pair = await Promise.all([trigger.send(sent), trigger.send(sent)]);
			expect(pair.map(({ status }) => status).sort()).toEqual([scene.acceptedStatus ?? 200, 500]);
			expect(behind.runs).toBe(3);
			expect(saysDuplicate(scene, await trigger.send(sent))).toBe(true);
		});
	});

	describe('somebody who listens for a test event', () => {
		const listening = async (credential?: Readonly<Record<string, string>>) =>
			await start({ mode: 'manual', ...(credential === undefined ? {} : { credential }) });

		test('sees why a delivery is refused, and the sender gets its answer', async () => {
			const behind = new WorkedBehind();
			const trigger = await start({ mode: 'manual', behind });
			const id = newId();
			const { sent, status, error } = (await scene.forgeries(id)).wrongSecret;
			expect(await trigger.send(sent)).toMatchObject({ status, json: { error } });
			const [failure] = trigger.failures();
			expect(failure?.message).toMatch(new RegExp(`refused \\(${error}\\): \\w+`));
			expect(failure?.description).toMatch(/^If it is genuine: .*\. The sender got the reason/);
			expect(behind.runs).toBe(0);
			expect(trigger.events()).toEqual([]);
			expect(trigger.executionsAsText()).not.toContain(id);
		});

		test('sees that a body cannot be read, and that nothing can be verified', async () => {
			const unreadable = await scene.unreadable();
			if (!isNotApplicable(unreadable)) {
				const unread = await listening();
				expect((await unread.send(unreadable)).status).toBe(400);
				expect(unread.failures()[0]?.message).toContain('body_malformed');
			}

			const { data, blank, secretField } = scene.credential;
			const blind = await listening({ ...data, ...blank });
			await expectUnavailable(await blind.send(await scene.genuine(newId())));
			expect(blind.failures()[0]?.message).toContain(
				`nothing can be verified: '${secretField}' is empty`,
			);
		});

		test('gets a genuine event as ever, however often it comes', async () => {
			const trigger = await listening();
			const sent = await scene.genuine(newId());
			await trigger.send(sent);
			await trigger.send(sent);
			expect(trigger.failures()).toEqual([]);
			expect(trigger.events()).toHaveLength(2);
		});
	});

	describe('refused deliveries', () => {
		/** The user's own choice, with or without them. */
		const selecting = (events: string | string[], refused = 'webhook.refused') =>
			typeof events === 'string' ? `${events}, ${refused}` : [...events, refused];
		const everything = () => scene.selectingAll ?? ['*'];
		const interval = (minutes: number) => ({
			options: { ...(scene.parameters.options as object), refusedInterval: minutes },
		});
		const refuse = async (trigger: CoreTrigger, times = 1) => {
			for (let n = 0; n < times; n += 1) {
				const { sent, status, error } = (await scene.forgeries(newId())).wrongSecret;
				expect(await trigger.send(sent)).toMatchObject({ status, json: { error } });
			}
			return (await scene.forgeries(newId())).wrongSecret.error;
		};

		test('are no event unless they are named exactly', async () => {
			const named = typeof everything() === 'string' ? '*,webhook.*,*.refused' : ['*'];
			const trigger = await start({ events: named, parameters: interval(0.001) });
			const { emitted } = await trigger.listen();
			await refuse(trigger, 2);
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect([...trigger.events(), ...emitted]).toEqual([]);
		});

		test('are one event at once, which says how many, from where and what to do', async () => {
			const trigger = await start({ events: selecting(everything()) });
			const sent = await scene.genuine(newId());
			await trigger.send(sent);
			await trigger.send(sent);
			const error = await refuse(trigger, 3);
			const events = trigger.events().filter(({ type }) => type === 'webhook.refused');
			expect(events).toEqual([
				{
					specversion: '1.0',
					id: expect.stringMatching(/./),
					source: expect.stringMatching(/^\/[a-z-]+$/),
					type: 'webhook.refused',
					time: expect.stringMatching(/Z$/),
					datacontenttype: 'application/json',
					verification: 'none',
					dedupekey: expect.stringMatching(/^webhook\.refused\|./),
					data: {
						refused: 1,
						reasons: [{ reason: error, count: 1, whatToDo: expect.stringMatching(/\w+ \w+/) }],
						firstAt: expect.stringMatching(/Z$/),
						lastAt: expect.stringMatching(/Z$/),
						sourceAddressCount: 1,
						sourceAddresses: [{ address: '127.0.0.1', count: 1 }],
						duplicates: 1,
						ignored: 0,
						raw: null,
					},
				},
			]);
			expect(trigger.events()).toHaveLength(2);
		});

		test('are told by the next one where nothing runs all the time', async () => {
			const trigger = await start({
				events: selecting(everything()),
				parameters: interval(10),
			});
			const now = performance.now.bind(performance);
			let later = 0;
			const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + later);
			onTestFinished(() => void clock.mockRestore());
			await refuse(trigger, 2);
			later = 10 * 60_000;
			await refuse(trigger);
			expect(trigger.events()).toMatchObject([{ data: { refused: 1 } }, { data: { refused: 2 } }]);
		});

		test('may be all that a workflow wants', async () => {
			const only = typeof everything() === 'string' ? 'webhook.refused' : ['webhook.refused'];
			const trigger = await start({ events: only });
			await trigger.hook('checkExists').catch((error: Error) => {
				expect(error.message).not.toContain("'Events'");
			});
			const answer = await trigger.send(await scene.genuine(newId()));
			if (scene.saysIgnored === undefined) {
				expect(answer).toMatchObject({ status: 200, json: { ignored: true } });
			} else expect(scene.saysIgnored(answer)).toBe(true);
			await refuse(trigger);
			expect(trigger.events()).toMatchObject([{ data: { ignored: 1, refused: 1 } }]);
		});

		test('hold no secret and nothing of a body', async () => {
			const trigger = await start({
				events: selecting(everything()),
				parameters: interval(0.0001),
			});
			const id = newId();
			const { malformedHeaders, tamperedBody: _, ...others } = await scene.forgeries(id);
			for (const one of [...Object.values(others), ...Object.values(malformedHeaders)]) {
				if (typeof one === 'object' && 'sent' in one) await trigger.send(one.sent);
			}
			expect(trigger.executionsAsText()).toContain('webhook.refused');
			expect(trigger.executionsAsText()).not.toContain(id);
		});
	});

	describe('registration', () => {
		const registered = async () => {
			const { registration } = scene;
			if (isNotApplicable(registration)) {
				expectReason(registration.notApplicable);
				return undefined;
			}
			const credential = { ...scene.credential.data, ...registration.credentialData };
			const trigger = await start({ credential, parameters: registration.parameters });
			return { registration, trigger, credential };
		};

		test('takes its place, once, and gives it back as it was', async () => {
			const found = await registered();
			if (found === undefined) return;
			const { registration, trigger } = found;
			const before = registration.snapshot();
			expect(await trigger.hook('checkExists')).toBe(false);
			await trigger.hook('create');
			expect(registration.urls()).toContain(trigger.publicUrl);
			expect(await trigger.hook('checkExists')).toBe(true);
			const writes = registration.writes();
			const after = registration.snapshot();
			expect(await trigger.hook('checkExists')).toBe(true);
			expect(registration.writes()).toBe(writes);
			await trigger.hook('create');
			expect(registration.snapshot()).toEqual(after);
			await trigger.hook('delete');
			expect(registration.snapshot()).toEqual(before);
		});

		test('what somebody changed meanwhile is noticed, and left to them when n8n only restarts', async () => {
			const found = await registered();
			if (found === undefined) return;
			const { registration, trigger } = found;
			await trigger.hook('create');
			registration.disturb();
			expect(await trigger.hook('checkExists')).toBe(false);
			await trigger.hook('create', 'init');
			if (registration.disturbance === 'taken') {
				expect(registration.urls()).not.toContain(trigger.publicUrl);
				expect(trigger.log()).toContain('was left unchanged');
			} else {
				expect(registration.urls()).toContain(trigger.publicUrl);
				expect(trigger.log()).toContain('was registered again');
			}
			await trigger.hook('create');
			expect(registration.urls()).toContain(trigger.publicUrl);
			expect(await trigger.hook('checkExists')).toBe(true);
			await trigger.hook('delete');
			expect(registration.urls()).not.toContain(trigger.publicUrl);
		});

		test('a refused key says so, changes nothing, and is not shown', async () => {
			const found = await registered();
			if (found === undefined) return;
			const { registration, credential } = found;
			const key = 'wrong-key-that-must-not-be-shown';
			const trigger = await start({
				credential: { ...credential, [registration.keyName]: key },
				parameters: registration.parameters,
			});
			const writes = registration.writes();
			const failure = await trigger.hook('create').then(
				() => '',
				(error: Error) => error.message,
			);
			expect(failure).toContain(`'${registration.keyField}'`);
			expect(failure).not.toContain(key);
			expect(registration.writes()).toBe(writes);
		});
	});
});

function expectReason(reason: string): void {
	expect(reason, 'a case that does not apply says why').toMatch(/\w+ \w+ \w+/);
}

async function expectRefused(trigger: CoreTrigger, { sent, status, error }: Refused) {
	const before = trigger.events().length;
	expect(await trigger.send(sent)).toMatchObject({ status, json: { error } });
	expect(trigger.events()).toHaveLength(before);
}

async function expectUnavailable(answer: { status: number; json: unknown; headers: Headers }) {
	expect(answer).toMatchObject({ status: 503, json: { error: 'verification_unavailable' } });
	expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

function saysDuplicate(scene: Scene, answer: Answer): boolean {
	if (scene.saysDuplicate !== undefined) return scene.saysDuplicate(answer);
	const { duplicate, id } = answer.json as { duplicate?: unknown; id?: unknown };
	return answer.status === 200 && duplicate === true && typeof id === 'string';
}

/** JSON whose every object has one more field, which is nested deeper than a stack reaches. */
function nestingEverywhere(value: unknown): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(nestingEverywhere).join()}]`;
	const fields = Object.entries(value).map(
		([name, field]) => `${JSON.stringify(name)}:${nestingEverywhere(field)}`,
	);
	return `{${[...fields, `"extra":${'['.repeat(20_000)}${']'.repeat(20_000)}`].join()}}`;
}

function depthOf(value: unknown): number {
	if (typeof value !== 'object' || value === null) return 0;
	return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
