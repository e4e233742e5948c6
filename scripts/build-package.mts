// npm run build: makes dist, which is what n8n loads, with the Node 24 of this project.
import { ensureBuild } from './build.mts';

await ensureBuild();
