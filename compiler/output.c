/* Files are collected in memory and appear together or not at all: each is written to a temporary name beside its
 * place and synced, and only when all are there are they renamed. */
#include "ldosc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output_one {
	const char *name, *temporary, *final;
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

/* Makes `dir` and the folders above it; *made is the outermost one that was not there, for taking back. */
static bool make_dirs(const char *dir, const char **made)
{
	char *path = arena_strdup(dir);

	for (char *p = path + 1;; p++) {
		char c = *p;
		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) == 0) {
			if (!*made)
				*made = arena_strdup(path);
		} else if (errno != EEXIST) {
			return false;
		}
		*p = c;
		if (c == '\0')
			return true;
	}
}

static void take_back_dirs(const char *dir, const char *made)
{
	char *path = arena_strdup(dir);

	while (made && rmdir(path) == 0 && strcmp(path, made)) {
		char *slash = strrchr(path, '/');
		if (!slash)
			return;
		*slash = '\0';
	}
}

static bool write_whole(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool ok = fd >= 0;

	for (size_t done = 0; ok && done < size;) {
		ssize_t n = write(fd, text + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		if (ok)
			done += (size_t)n;
	}
	if (ok)
		ok = fsync(fd) == 0;
	if (fd >= 0) {
		int kept = errno;
		ok = close(fd) == 0 && ok;
		errno = kept;
	}
	return ok;
}

/* A folder where a file is to go is the one thing that lets a rename fail after others went through. */
static const struct output_one *in_the_way(const struct output *o)
{
	struct stat st;

	for (int i = 0; i < o->files.n; i++)
		if (stat(o->files.at[i]->final, &st) == 0 && S_ISDIR(st.st_mode))
			return o->files.at[i];
	return NULL;
}

bool output_commit(struct output *o)
{
	const char *made = NULL, *at = o->dir;
	const struct output_one *blocked;
	int written = 0, renamed = 0;

	if (!make_dirs(o->dir, &made))
		goto failed;
	for (int i = 0; i < o->files.n; i++) {
		struct output_one *one = o->files.at[i];
		if (fflush(one->f))
			goto failed;
		one->final = arena_printf("%s/%s", o->dir, one->name);
		one->temporary = arena_printf("%s/.%s.%ld", o->dir, one->name, (long)getpid());
	}
	blocked = in_the_way(o);
	if (blocked) {
		at = blocked->final;
		errno = EISDIR;
		goto failed;
	}
	for (; written < o->files.n; written++) {
		const struct output_one *one = o->files.at[written];
		at = one->final;
		if (!write_whole(one->temporary, one->text, one->size)) {
			written++; /* the half-written one goes too */
			goto failed;
		}
	}
	for (; renamed < o->files.n; renamed++) {
		at = o->files.at[renamed]->final;
		if (rename(o->files.at[renamed]->temporary, at))
			goto failed;
	}
	int fd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return true;
failed:
	fprintf(stderr, "ldosc: cannot write %s: %s\n", at, strerror(errno));
	for (int i = renamed; i < written; i++)
		unlink(o->files.at[i]->temporary);
	take_back_dirs(o->dir, made);
	return false;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

void remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
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

const char *sha256_file(const char *path)
{
	FILE *f = fopen(path, "rb"), *whole;
	char part[1 << 16], *text = NULL;
	const char *hex = NULL;
	size_t size = 0, n;

	if (!f)
		return NULL;
	whole = open_memstream(&text, &size);
	while (whole && (n = fread(part, 1, sizeof part, f)) > 0)
		fwrite(part, 1, n, whole);
	if (whole && fclose(whole) == 0 && !ferror(f))
		hex = sha256_hex(text, size);
	free(text);
	fclose(f);
	return hex;
}
