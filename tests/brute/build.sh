# Sourced by run, campaign and mutants: builds $b/brute of the compiler's objects. `link` puts it together.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 70
export LC_ALL=C
objects=${BUILD:-build}
b=$objects/tests/brute
mkdir -p "$b/policies"
flags="-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wswitch-enum -Wmissing-prototypes -Icompiler"

link() { # OUT [OBJECT WITHOUT]: OBJECT stands for the compiler's own WITHOUT
	local all
	all=$(find "$objects"/*.o "$objects/compiler" -name '*.o' ! -path "$objects/compiler/main.o" ${3:+! -path "$objects/$3"} | sort)
	gcc $flags -Itests/brute -o "$1" tests/brute/*.c $all $2 -lcjson -lcrypto -lz3 -lprotobuf-c -lm
}
