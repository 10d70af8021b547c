# make             build build/ldosc
# make demo        install what is missing, build, refuse, compile, prove and replay the example
# make check       install what is missing, build, run every test
# make deps        install what is missing from Debian's packages; the only step that may need root
# make prove       Frama-C over the example, its closed world and every runtime header
# make mutants     planted faults in generated and runtime C, in the lowering and in the C backend: each must be refused
# make campaign    the long differential runs; the scores go into spec/verification.md
# make bench       ns, bytes and stack of the example
# make accept      take what the tests print now as the expected text; read `git diff` afterwards
# Everything that is made lies under build/ (BUILD=DIR: elsewhere; set LDOSC_HOME then).

BUILD ?= build

PACKAGES := make gcc flex bison pkg-config libcjson-dev libssl-dev libz3-dev \
	libprotobuf-c-dev protobuf-c-compiler libonnx-dev \
	frama-c-base why3 z3 cvc4 clang clang-format libbpf-dev bpftool binutils python3

CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wswitch-enum -Wmissing-prototypes -Werror
# What flex, bison and protobuf-c wrote is not ours to mend.
QUIET  := -Wall -Wextra -Werror -Wno-sign-compare -Wno-unused-function -Wno-unused-but-set-variable
ALL    := -std=c11 -D_GNU_SOURCE -Icompiler -I$(BUILD) -MMD -MP
LIBS   := -lcjson -lcrypto -lz3 -lprotobuf-c -lm

SOURCES := $(sort $(wildcard compiler/*.c compiler/check/*.c compiler/backend/*.c))
MADE    := $(if $(wildcard compiler/parse.y),$(BUILD)/parse.c $(BUILD)/scan.c) $(BUILD)/onnx.pb-c.c
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(MADE:%.c=%.o)
PROTO   := /usr/include/onnx

$(BUILD)/ldosc: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@.new $(OBJECTS) $(LIBS)
	@mv $@.new $@

# Headers that tools write must be there before anything is compiled.
$(BUILD)/%.o: %.c Makefile | $(MADE)
	@mkdir -p $(@D)
	$(CC) $(ALL) $(WARN) $(CFLAGS) -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/%.c Makefile | $(MADE)
	$(CC) $(ALL) $(QUIET) $(CFLAGS) -c -o $@ $<

$(BUILD)/parse.c: compiler/parse.y
	@mkdir -p $(BUILD)
	bison -Wall -Wno-yacc -Werror --header=$(BUILD)/parse.h -o $@ $<

$(BUILD)/scan.c: compiler/scan.l
	@mkdir -p $(BUILD)
	flex --header-file=$(BUILD)/scan.h -o $@ $<

$(BUILD)/onnx.pb-c.c: $(PROTO)/onnx.proto
	@mkdir -p $(BUILD)
	protoc-c --proto_path=$(PROTO) --c_out=$(BUILD) onnx.proto

$(PROTO)/onnx.proto:
	@echo "make: $@ is missing: run 'make deps' (Debian package libonnx-dev)" >&2; exit 4

-include $(OBJECTS:.o=.d)

# ---- what a user runs ----

deps:
	@tests/deps $(PACKAGES)

demo: deps
	@$(MAKE) --no-print-directory $(BUILD)/ldosc
	@examples/io_route/demo/all $(BUILD)/ldosc

check: deps
	@$(MAKE) --no-print-directory $(BUILD)/ldosc
	@tests/run

prove: $(BUILD)/ldosc
	@$(BUILD)/ldosc prove --runtime
	@$(BUILD)/ldosc prove examples/io_route/io_route.ldp

# A suite that takes part in one of these has a program of that name: tests/NAME/mutants.
mutants campaign bench accept: $(BUILD)/ldosc
	@tests/run --all $@

format:
	clang-format -i $(SOURCES) $(wildcard compiler/*.h compiler/*/*.h)

clean:
	rm -rf $(BUILD)

.PHONY: deps demo check prove mutants campaign bench accept format clean
.DELETE_ON_ERROR:
