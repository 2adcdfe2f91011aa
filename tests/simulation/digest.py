"""`python -m tests.simulation.digest SEED …` prints the digest of all that some unkind worlds say, one line each."""

import sys

from tests.simulation.faults import UNKIND
from tests.simulation.workload import LAW, workload
from tests.simulation.world import World

if __name__ == "__main__":
    for seed in map(int, sys.argv[1:]):
        print(seed, World(seed, UNKIND, workload(seed), LAW).run().digest)
