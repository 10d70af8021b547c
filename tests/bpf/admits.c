/* admits: whether this kernel lets a syscall program in that does nothing. Where it does, a refusal of ours is a
 * failure. */
#include <bpf/libbpf.h>
#include <stdio.h>

int main(void)
{
	int is = libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SYSCALL, NULL);

	puts(is == 1 ? "this kernel takes BPF programs" : "this kernel does not let BPF programs in");
	return is != 1;
}
