import { isPostgresInstalled } from '../support/postgresServer.mts';
import { isCaddyInstalled } from './caddyServer.mts';
import { isRedisInstalled } from './redisServer.mts';

/** A program of the system that a cluster needs. */
interface Needed {
	readonly name: string;
	readonly what: string;
	/** The package of Debian and Ubuntu. */
	readonly packageName: string;
	readonly isInstalled: () => boolean;
}

const NEEDED: readonly Needed[] = [
	{
		name: 'Redis',
		what: 'holds the queue of executions',
		packageName: 'redis-server',
		isInstalled: isRedisInstalled,
	},
	{
		name: 'PostgreSQL',
		what: 'is the database that all processes of n8n share',
		packageName: 'postgresql',
		isInstalled: isPostgresInstalled,
	},
];

/** A line for each program without which there is no cluster: what it is for, how to install it. */
export function missingPrograms(needed: readonly Needed[] = NEEDED): string[] {
	return needed
		.filter(({ isInstalled }) => !isInstalled())
		.map(({ name, what, packageName }) => {
			return `${name} is not installed: it ${what}. Install it with: apt-get install ${packageName}`;
		});
}

/** What is said where there is no Caddy: without it each processor has an address of its own. */
export function withoutCaddy(isInstalled = isCaddyInstalled()): string | undefined {
	if (isInstalled) return undefined;
	return 'Caddy is not installed, so no proxy stands in front: the processors are called at their own addresses. Install it with: apt-get install caddy';
}
