// Every replacement policy of this folder, so that it is compiled. Written by the build (scripts/policies.mjs).

import "./arc";
import "./clock";
import "./fifo";
import "./lfu";
import "./lru";
import "./random";
import "./s3fifo";
import "./sieve";
import "./taiji";
import "./two-queue";
