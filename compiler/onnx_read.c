/* An ONNX file's bytes as a protobuf message. protobuf-c bounds neither depth nor memory, so the bytes are walked
 * first. */
#include "onnx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool onnx_fault(const struct onnx_place *p, const char *help, const char *fmt, ...)
{
	char cause[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cause, sizeof cause, fmt, ap);
	va_end(ap);
	diag_add(&(struct diag){
		.code = "model", .at = p->at, .cause = arena_printf("%s: %s", p->file, cause), .help = help});
	return false;
}

const char *onnx_quote(const char *name)
{
	char s[48];
	size_t n = 0;

	for (; name && name[n] && n < sizeof s - 4; n++)
		s[n] = name[n] >= ' ' && name[n] <= '~' && name[n] != '"' ? name[n] : '?';
	s[n] = 0;
	if (name && name[n])
		strcat(s, "...");
	return arena_printf("\"%s\"", s);
}

/* ---- the walk ---- */

struct walk {
	const uint8_t *at, *end;
	int parts;
	const char *wrong; /* NULL: nothing yet */
};

static bool varint(struct walk *w, uint64_t *v)
{
	*v = 0;
	for (int shift = 0; shift < 64 && w->at < w->end; shift += 7) {
		uint8_t byte = *w->at++;
		*v |= (uint64_t)(byte & 127) << shift;
		if (!(byte & 128))
			return true;
	}
	w->wrong = "it ends in the middle of a number";
	return false;
}

static bool skip(struct walk *w, uint64_t n)
{
	if (n > (uint64_t)(w->end - w->at)) {
		w->wrong = "it ends before a part that it announces";
		return false;
	}
	w->at += n;
	return true;
}

/* One message of type `d`, up to w->end. The recursion is as deep as `depth` allows. */
static bool walk(struct walk *w, const ProtobufCMessageDescriptor *d, int depth)
{
	if (depth > ONNX_DEPTH) {
		w->wrong = "graphs and types nest too deep in it";
		return false;
	}
	if (++w->parts > ONNX_PARTS) {
		w->wrong = "it has too many parts";
		return false;
	}
	while (w->at < w->end) {
		const ProtobufCFieldDescriptor *f;
		uint64_t tag, v = 0;

		if (!varint(w, &tag))
			return false;
		f = tag >> 3 <= UINT32_MAX ? protobuf_c_message_descriptor_get_field(d, (unsigned)(tag >> 3)) : NULL;
		switch (tag & 7) {
		case 0:
			if (!varint(w, &v))
				return false;
			break;
		case 1:
			if (!skip(w, 8))
				return false;
			break;
		case 5:
			if (!skip(w, 4))
				return false;
			break;
		case 2: {
			const uint8_t *end = w->end, *start;
			if (!varint(w, &v))
				return false;
			start = w->at;
			if (!skip(w, v))
				return false;
			if (!f || f->type != PROTOBUF_C_TYPE_MESSAGE)
				break;
			w->end = w->at;
			w->at = start;
			if (!walk(w, f->descriptor, depth + 1))
				return false;
			w->end = end;
			break;
		}
		default:
			w->wrong = "it is not an ONNX file";
			return false;
		}
	}
	return true;
}

/* ---- reading ---- */

static const char *const export_again = "export the model again; only whole ONNX files of one graph are read";

static uint8_t *read_whole(const char *path, const struct onnx_place *p, size_t *size)
{
	struct stat st;
	uint8_t *bytes = NULL;
	FILE *f = NULL;

	if (stat(path, &st)) /* before it is opened: opening a pipe waits */
		onnx_fault(p, "the path is relative to the policy's folder", "cannot read it: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		onnx_fault(p, NULL, "cannot read it: it is not a plain file");
	else if (!(f = fopen(path, "rb")))
		onnx_fault(p, NULL, "cannot read it: %s", strerror(errno));
	else if (st.st_size > ONNX_BYTES)
		onnx_fault(p, "a net that a policy can ask is a few hundred KiB", "it is larger than %d MiB",
			ONNX_BYTES >> 20);
	else if (!st.st_size)
		onnx_fault(p, export_again, "it is empty");
	else
		bytes = malloc((size_t)st.st_size);
	if (bytes && (*size = fread(bytes, 1, (size_t)st.st_size, f)) != (size_t)st.st_size) {
		onnx_fault(p, NULL, "cannot read it: it became shorter while it was read");
		free(bytes);
		bytes = NULL;
	}
	if (f)
		fclose(f);
	return bytes;
}

/* protobuf-c turns a packed byte into at most eight; ONNX_PARTS bounds the rest. */
static void *bounded_alloc(void *left, size_t size)
{
	if (size > *(size_t *)left)
		return NULL;
	*(size_t *)left -= size;
	return malloc(size);
}

static void bounded_free(void *left, void *p)
{
	(void)left;
	free(p);
}

Onnx__ModelProto *onnx_unpack(const char *path, const struct onnx_place *p)
{
	size_t size, left;
	uint8_t *bytes = read_whole(path, p, &size);
	struct walk w = {.at = bytes};
	Onnx__ModelProto *m = NULL;

	if (!bytes)
		return NULL;
	w.end = bytes + size;
	left = size * 10 + ((size_t)ONNX_PARTS << 9);
	if (walk(&w, &onnx__model_proto__descriptor, 0)) {
		ProtobufCAllocator a = {bounded_alloc, bounded_free, &left};
		m = onnx__model_proto__unpack(&a, size, bytes);
		if (!m)
			w.wrong = "it is not an ONNX file";
		else if (!m->graph)
			w.wrong = "it holds no graph";
	}
	free(bytes);
	if (w.wrong) {
		onnx_fault(p, export_again, "cannot be read as ONNX: %s", w.wrong);
		onnx_free(m);
		return NULL;
	}
	return m;
}

void onnx_free(Onnx__ModelProto *m)
{
	size_t left = 0;
	ProtobufCAllocator a = {bounded_alloc, bounded_free, &left};

	if (m)
		onnx__model_proto__free_unpacked(m, &a);
}
