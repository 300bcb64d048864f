// Placement of VMs on the hosts of a fleet: what crosses the boundary. One fleet an instance; numbers only. Time, failures and drains are
// the caller's (src/fleet); here is what is free where, and which host a rule chooses.

import { allocate } from "../kernel/arena";
import { Distribution, layDistributions, prepareTables, sample } from "../kernel/distribution";
import { next, seedStream, unit } from "../kernel/random";
import * as L from "./layout";
import { host, hostCount, layHosts } from "./hosts";
import { choose, setRule } from "./rules";
import { NONE, insert, layTree, remove } from "./tree";

/** Room for `hosts` hosts of `types` types; answers where their records lie, 0 where memory does not reach. */
export function placementConfigure(hosts: u32, types: u32, rule: u32): usize {
  setRule(rule);
  const at = layHosts(hosts);
  return at != 0 && layTree(hosts, types, rule == L.PLACE_LIFETIME_AWARE) ? at : 0;
}

/** `count` hosts of one type, from host `from` on, empty and open. */
export function placementHosts(from: u32, count: u32, type: u32, cores: f64, memory: f64): void {
  for (let i = from; i < from + count; i++) {
    const h = host(i);
    h.freeCores = h.cores = cores;
    h.freeMemory = h.memory = memory;
    h.latest = Infinity;
    h.type = type;
    h.open = 1;
    insert(i);
  }
}

/** The host for a VM, -1 where it fits nowhere. Nothing is placed. */
export function placementChoose(cores: f64, memory: f64, departure: f64): i32 {
  return <i32>choose(cores, memory, departure);
}

/** Puts a VM on a host, or takes it from there with `sign` -1. False, and nothing changed, where it does not fit. */
function change(index: u32, cores: f64, memory: f64, sign: f64, departure: f64): bool {
  const h = host(index);
  const freeCores = h.freeCores - sign * cores;
  const freeMemory = h.freeMemory - sign * memory;
  if (freeCores < 0 || freeMemory < 0 || freeCores > h.cores || freeMemory > h.memory) return false;
  if (h.open != 0) remove(index);
  h.freeCores = freeCores;
  h.freeMemory = freeMemory;
  h.vms += sign;
  // those that leave before the last one do not move the latest departure, and with the last one the host is empty
  if (h.vms == 0) h.latest = Infinity;
  else if (sign > 0 && (h.vms == 1 || departure > h.latest)) h.latest = departure;
  if (h.open != 0) insert(index);
  return true;
}

export function placementPut(index: u32, cores: f64, memory: f64, departure: f64): bool {
  return index < hostCount() && host(index).open != 0 && change(index, cores, memory, 1, departure);
}

export function placementTake(index: u32, cores: f64, memory: f64): bool {
  return index < hostCount() && host(index).vms > 0 && change(index, cores, memory, -1, 0);
}

/** Chooses and places at once; the host, or -1. */
export function placementPlace(cores: f64, memory: f64, departure: f64): i32 {
  const index = choose(cores, memory, departure);
  if (index != NONE) change(index, cores, memory, 1, departure);
  return <i32>index;
}

/** From now on the host takes no VM, or takes some again. Those on it stay. */
export function placementOpen(index: u32, open: bool): void {
  const h = host(index);
  if ((h.open != 0) == open) return;
  h.open = open ? 1 : 0;
  if (open) insert(index);
  else remove(index);
}

// Draws: for VMs that come from no file, failures and drains. One stream for each (seed, entity, purpose), of which the first number is taken.

const stream = memory.data(16, 8);
let laws: usize = 0;

/** Room for `words` doubles that the caller writes distributions into. */
export function placementRoom(words: u32): usize {
  return allocate(<u64>words << 3);
}

/** Takes `count` distributions of `words`, whose tables are at `tables`. */
export function placementLaws(words: usize, count: u32, tables: usize): bool {
  prepareTables();
  laws = layDistributions(words, count, tables);
  return laws != 0;
}

/** One draw of distribution `which`. */
export function placementDraw(which: u32, seed: f64, entity: f64, purpose: u32): f64 {
  seedStream(stream, <u64>seed, <u64>entity, purpose);
  return sample(changetype<Distribution>(laws + <usize>which * <usize>offsetof<Distribution>()), stream);
}

/** Uniform in [0, 1). */
export function placementUniform(seed: f64, entity: f64, purpose: u32): f64 {
  seedStream(stream, <u64>seed, <u64>entity, purpose);
  return unit(next(stream));
}
