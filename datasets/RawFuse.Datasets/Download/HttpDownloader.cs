using System.Net;
using System.Net.Http.Headers;

namespace RawFuse.Datasets.Download;

/// <summary>
/// Fetches a file over HTTP and survives what networks do: it goes on where a connection broke (range requests, RFC 9110 section 14), begins anew where the
/// server cannot or its file has changed since (If-Range, section 13.1.5), and tries again after errors that may pass.
/// </summary>
internal sealed class HttpDownloader : IDisposable
{
    private readonly HttpClient client;
    private readonly RetryPolicy retries;
    private readonly IProgress<string>? notices;

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="retries">How patient it is.</param>
    /// <param name="notices">Hears in words of every failed attempt that is followed by another.</param>
    public HttpDownloader(RetryPolicy retries, IProgress<string>? notices)
    {
        this.retries = retries;
        this.notices = notices;

        // A file of hours is fine as long as bytes arrive: the limit is on silence, not on the whole.
        client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = retries.Silence }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("RawFuse", null));
    }

    public void Dispose() => client.Dispose();

    /// <summary>Fetches one file, or the rest of it.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="file">What it must be.</param>
    /// <param name="path">The name it gets when it is whole and its sums are right; until then what has arrived is in NAME.part.</param>
    /// <param name="progress">Hears how many bytes are there.</param>
    /// <param name="cancellation">Stops; what has arrived stays.</param>
    /// <exception cref="DownloadException">It cannot be had, is not what was expected, or cannot be written.</exception>
    public async Task DownloadAsync(Uri address, PublishedFile file, string path, IProgress<long>? progress, CancellationToken cancellation)
    {
        using PartialFile part = PartialFile.Open(path, file, cancellation);
        long furthest = part.Length;
        for (int failures = 0; ;)
        {
            try
            {
                if (part.Length < file.Bytes) await FetchRestAsync(address, file, part, progress, cancellation).ConfigureAwait(false);
                bool wasResumed = part.IsResumed;
                if (part.Complete() is not { } mismatch) return;
                if (!wasResumed) throw new DownloadException($"{address}: the file is not the published one: {mismatch}.");
                throw new PassingException($"what came in several parts does not fit together ({mismatch}), beginning anew");
            }
            catch (PassingException failure)
            {
                // An attempt that got further than all before it shows that going on is worth it.
                failures = part.Length > furthest ? 1 : failures + 1;
                furthest = Math.Max(furthest, part.Length);
                if (failures >= retries.Attempts) throw GivenUp(address, part, failure);
                TimeSpan delay = retries.DelayAfter(failures);
                notices?.Report($"{file.Name}: {failure.Message}; trying again in {delay.TotalSeconds:0.#} s.");
                await Task.Delay(delay, cancellation).ConfigureAwait(false);
            }
        }
    }

    private DownloadException GivenUp(Uri address, PartialFile part, PassingException failure)
    {
        string kept = part.Length > 0 ? $" {part.Length} bytes are kept in '{part.PartPath}'; the same command goes on from there." : "";
        return new DownloadException($"{address}: {failure.Message}; gave up after {retries.Attempts} attempts.{kept}", failure);
    }

    /// <summary>One request, and its answer to the end.</summary>
    private async Task FetchRestAsync(Uri address, PublishedFile file, PartialFile part, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using HttpRequestMessage request = RequestFor(address, part);
        using HttpResponseMessage response = await ListenAsync(
            () => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), silence, cancellation).ConfigureAwait(false);
        Begin(address, response, file, part);
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[1 << 17];
        while (await ListenAsync(() => body.ReadAsync(buffer, silence.Token).AsTask(), silence, cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            if (part.Length + read > file.Bytes) throw new DownloadException($"{address}: the server sends more than the expected {file.Bytes} bytes.");
            part.Append(buffer.AsSpan(0, read));
            progress?.Report(part.Length);
        }

        if (part.Length < file.Bytes) throw new PassingException($"the server ended after {part.Length} of {file.Bytes} bytes");
    }

    private static HttpRequestMessage RequestFor(Uri address, PartialFile part)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (part.Length == 0) return request;
        request.Headers.Range = new RangeHeaderValue(part.Length, null);
        if (part.Validator is { } validator) request.Headers.TryAddWithoutValidation("If-Range", validator);
        return request;
    }

    /// <summary>Makes the part ready for an answer's body. What is there stays until it is known that something better comes.</summary>
    private static void Begin(Uri address, HttpResponseMessage response, PublishedFile file, PartialFile part)
    {
        HttpContentHeaders headers = response.Content.Headers;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                RequireLength(headers.ContentLength);
                part.Restart(ValidatorOf(response));
                return;
            case HttpStatusCode.PartialContent when headers.ContentRange?.From == part.Length:
                RequireLength(headers.ContentRange.Length);
                part.Resume();
                return;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                string asked = $"the server does not send the bytes from {part.Length} on";
                part.Restart(null);
                throw new PassingException(asked);
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new PassingException($"the server answers {Answer(response)}");
            default:
                throw new DownloadException($"{address}: the server answers {Answer(response)}; expected a file.");
        }

        void RequireLength(long? length)
        {
            if (length is { } bytes && bytes != file.Bytes) throw new DownloadException($"{address}: the server's file has {bytes} bytes; expected {file.Bytes}.");
        }
    }

    private static string Answer(HttpResponseMessage response) => $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();

    /// <summary>If-Range takes strong entity tags and dates alone.</summary>
    private static string? ValidatorOf(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : response.Content.Headers.LastModified?.ToString("R");

    /// <summary>Waits for the server, but not for ever, and tells its failures from those of the disk.</summary>
    private async Task<T> ListenAsync<T>(Func<Task<T>> receive, CancellationTokenSource silence, CancellationToken cancellation)
    {
        silence.CancelAfter(retries.Silence);
        try
        {
            return await receive().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PassingException($"the server said nothing for {retries.Silence.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PassingException($"the connection failed ({error.Message.TrimEnd('.')})");
        }
    }

    /// <summary>A failure that another attempt may not meet.</summary>
    private sealed class PassingException(string message) : Exception(message);
}
