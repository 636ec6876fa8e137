using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace RawFuse.Tests.Datasets;

/// <summary>How a <see cref="DownloadServer"/> treats one request.</summary>
/// <param name="Status">Answers with this status and nothing else.</param>
/// <param name="CutAfter">Closes the connection after so many bytes of the body.</param>
/// <param name="Stalls">Sends nothing more where it would have closed it.</param>
/// <param name="KnowsRanges">Honours Range headers; otherwise the whole file comes.</param>
/// <param name="HasValidators">Sends an entity tag and looks at If-Range.</param>
/// <param name="SaysLength">Says how long the body is; otherwise its end is that of the connection.</param>
internal sealed record ServerMood(
    int Status = 200, int CutAfter = int.MaxValue, bool Stalls = false, bool KnowsRanges = true, bool HasValidators = true, bool SaysLength = true);

/// <summary>A request that was answered.</summary>
/// <param name="Name">The file asked for.</param>
/// <param name="From">The first byte asked for; null without a range.</param>
/// <param name="Sent">Bytes of the body that were sent.</param>
internal sealed record ServedRequest(string Name, int? From, int Sent);

/// <summary>A web server on this machine that can be told to fail.</summary>
internal sealed class DownloadServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();

    public DownloadServer()
    {
        listener.Start();
        // Away from the test runner's threads, which may be busy with other tests for minutes.
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The files, by name; may change at any time.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>How the next requests are treated, one after another; those after that as they should be.</summary>
    public ConcurrentQueue<ServerMood> Moods { get; } = new();

    /// <summary>What was answered, in order.</summary>
    public ConcurrentQueue<ServedRequest> Served { get; } = new();

    /// <summary>Is called, with the bytes sent so far, before each piece of a body.</summary>
    public Action<int>? Sending { get; set; }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/data/");

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                TcpClient connection = await listener.AcceptTcpClientAsync(stop.Token);
                _ = AnswerAsync(connection);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                NetworkStream stream = connection.GetStream();
                string[] lines = await ReadHeadersAsync(stream);
                string name = lines[0].Split(' ')[1].Split('/')[^1];
                int? from = Header(lines, "Range") is { } range ? int.Parse(range["bytes=".Length..^1]) : null;
                if (!Moods.TryDequeue(out ServerMood? mood)) mood = new ServerMood();
                await SendAsync(stream, mood, name, from, Header(lines, "If-Range"));
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client has gone.
            }
        }
    }

    private async Task SendAsync(NetworkStream stream, ServerMood mood, string name, int? from, string? ifRange)
    {
        byte[]? file = Files.GetValueOrDefault(name);
        int status = mood.Status != 200 ? mood.Status : file is null ? 404 : 200;
        if (status != 200 || file is null)
        {
            Served.Enqueue(new ServedRequest(name, from, 0));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            return;
        }

        string tag = $"\"{Convert.ToHexString(MD5.HashData(file))}\"";
        int first = mood.KnowsRanges && from is { } asked && (!mood.HasValidators || ifRange is null || ifRange == tag) ? asked : 0;
        var headers = new StringBuilder(first > 0 ? $"HTTP/1.1 206 Partial\r\nContent-Range: bytes {first}-{file.Length - 1}/{file.Length}\r\n" : "HTTP/1.1 200 OK\r\n");
        if (mood.SaysLength) headers.Append($"Content-Length: {file.Length - first}\r\n");
        if (mood.HasValidators) headers.Append($"ETag: {tag}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(headers.Append("Connection: close\r\n\r\n").ToString()));

        int sent = 0, end = Math.Min(file.Length - first, mood.CutAfter);
        try
        {
            while (sent < end)
            {
                Sending?.Invoke(sent);
                int size = Math.Min(end - sent, 4096);
                await stream.WriteAsync(file.AsMemory(first + sent, size), stop.Token);
                sent += size;
            }
        }
        finally
        {
            Served.Enqueue(new ServedRequest(name, from, sent));
        }

        if (mood.Stalls) await Task.Delay(Timeout.Infinite, stop.Token);
    }

    private static async Task<string[]> ReadHeadersAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0) throw new IOException("The client has gone.");
            text.Append((char)one[0]);
        }

        return text.ToString().Split("\r\n");
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
}
