/* Files are collected in memory and appear together or not at all: each is written to a temporary name beside its
 * place and synced, and only when all are there are they renamed. leftover.c removes what is not. */
#include "ldosc.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output_one {
	const char *name;
	FILE *f;
	char *text;
	size_t size;
};

struct output {
	const char *dir;
	LIST(struct output_one *) files; /* pointers: open_memstream keeps the addresses of text and size */
};

struct output *output_open(const char *dir)
{
	struct output *o = arena_alloc(sizeof *o);

	o->dir = arena_strdup(dir);
	return o;
}

FILE *output_file(struct output *o, const char *name)
{
	struct output_one *one = NULL;

	for (int i = 0; i < o->files.n; i++)
		if (strcmp(o->files.at[i]->name, name) == 0)
			one = o->files.at[i];
	if (!one) {
		one = arena_alloc(sizeof *one);
		one->name = arena_strdup(name);
		one->f = open_memstream(&one->text, &one->size);
		if (!one->f) {
			fprintf(stderr, "ldosc: no memory for %s\n", name);
			exit(EXIT_DEFECT);
		}
		*list_add(&o->files) = one;
	}
	return one->f;
}

const char *output_name(const struct output *o, int i)
{
	return i < o->files.n ? o->files.at[i]->name : NULL;
}

const char *output_text(struct output *o, const char *name, size_t *size)
{
	for (int i = 0; i < o->files.n; i++) {
		struct output_one *one = o->files.at[i];
		if (strcmp(one->name, name))
			continue;
		fflush(one->f);
		*size = one->size;
		return one->text;
	}
	return NULL;
}

static bool write_whole(int fd, const char *text, size_t size)
{
	bool ok = fd >= 0;

	for (size_t done = 0; ok && done < size;) {
		ssize_t n = write(fd, text + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		if (ok)
			done += (size_t)n;
	}
	return ok;
}

static bool close_too(int fd, bool ok)
{
	int kept = errno;

	if (fd < 0 || (close(fd) && ok))
		return false;
	errno = kept;
	return ok;
}

static void cannot_write(const char *path)
{
	fprintf(stderr, "ldosc: cannot write %s: %s\n", path, strerror(errno));
}

/* Writes texts[i] to paths[i]. NULL, and what was made since `mark` is to stay; or the path that could not be written. */
static const char *write_all(
	const struct leftover *mark, int n, const char *const *paths, const char *const *texts, const size_t *sizes)
{
	const char **temporaries = arena_alloc((size_t)n * sizeof *temporaries);
	struct stat st;
	int at = 0;

	/* a folder where a file is to go is the one thing that lets a rename fail after others went through */
	for (; at < n; at++) {
		if (stat(paths[at], &st) == 0 && S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return paths[at];
		}
	}
	for (at = 0; at < n; at++) {
		int fd = leftover_file(paths[at], &temporaries[at]);
		bool ok = write_whole(fd, texts[at], sizes[at]) && fsync(fd) == 0;
		if (!close_too(fd, ok))
			break;
	}
	if (at == n && leftover_rename(mark, n, temporaries, paths, &at))
		return NULL;
	return paths[at];
}

bool output_commit(struct output *o)
{
	const struct leftover *mark = leftover_mark();
	size_t n = (size_t)o->files.n, *sizes = arena_alloc(n * sizeof *sizes);
	const char **paths = arena_alloc(n * sizeof *paths), **texts = arena_alloc(n * sizeof *texts), *failed = o->dir;
	bool ok = leftover_folders(o->dir);

	for (size_t i = 0; ok && i < n; i++) {
		struct output_one *one = o->files.at[i];
		ok = fflush(one->f) == 0;
		paths[i] = arena_printf("%s/%s", o->dir, one->name);
		texts[i] = one->text;
		sizes[i] = one->size;
	}
	if (ok)
		failed = write_all(mark, (int)n, paths, texts, sizes);
	if (failed) {
		cannot_write(failed);
		leftover_remove(mark);
		return false;
	}
	int fd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return true;
}

/* A pipe, a device or a link that leads nowhere is written through, and stays what it is. */
static bool write_through(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return close_too(fd, write_whole(fd, text, size));
}

bool output_to(const char *path, const char *text, size_t size)
{
	const struct leftover *mark = leftover_mark();
	const char *real = realpath(path, NULL); /* where a link leads; NULL: nothing is there */
	struct stat st;
	bool there = lstat(path, &st) == 0, plain = !there || (real && stat(real, &st) == 0 && S_ISREG(st.st_mode));

	if (plain && real)
		path = real;
	if (plain ? !write_all(mark, 1, &path, &text, &size) : write_through(path, text, size))
		return true;
	cannot_write(path);
	leftover_remove(mark);
	return false;
}

const char *sha256_hex(const void *data, size_t size)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *hex = arena_alloc(2 * EVP_MAX_MD_SIZE + 1);

	if (!EVP_Digest(data, size, sum, &n, EVP_sha256(), NULL)) {
		fprintf(stderr, "ldosc: libcrypto has no SHA-256\n");
		exit(EXIT_DEFECT);
	}
	for (unsigned i = 0; i < n; i++)
		sprintf(hex + 2 * i, "%02x", sum[i]);
	return hex;
}

char *file_text(const char *path, size_t *size)
{
	struct stat st;
	size_t none, n;
	char part[1 << 16], *text = NULL;
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL, *whole;
	bool ok;

	if (!f)
		return NULL;
	whole = open_memstream(&text, size ? size : &none);
	while (whole && (n = fread(part, 1, sizeof part, f)) > 0)
		fwrite(part, 1, n, whole);
	ok = whole && fclose(whole) == 0 && !ferror(f);
	fclose(f);
	return ok ? text : NULL;
}

const char *sha256_file(const char *path)
{
	size_t size;
	char *text = file_text(path, &size);
	const char *hex = text ? sha256_hex(text, size) : NULL;

	free(text);
	return hex;
}
