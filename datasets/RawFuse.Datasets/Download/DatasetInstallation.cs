namespace RawFuse.Datasets.Download;

/// <summary>
/// Brings a data set into a folder: downloads its archives, unpacks them aside, and moves what they hold into place by renaming, without the single folder at
/// their top. Under its final name a file is always whole. What is on its way lies in the folder's subfolder .download, from where an interrupted
/// installation goes on, in this process or another.
/// </summary>
/// <example><code>
/// using DatasetInstallation? installation = DatasetInstallation.Begin(source, folder);
/// if (installation is null) return;   // it is there
/// await installation.DownloadAsync();
/// installation.Unpack();
/// </code></example>
public sealed class DatasetInstallation : IDisposable
{
    private const string WorkName = ".download", UnpackedName = "unpacked";

    private readonly DatasetSource source;
    private readonly string folder;
    private readonly string work;
    private readonly FolderLock folderLock;

    private DatasetInstallation(DatasetSource source, string folder)
    {
        this.source = source;
        this.folder = folder;
        work = Path.Combine(folder, WorkName);
        Directory.CreateDirectory(work);
        folderLock = new FolderLock(Path.Combine(work, "lock"), folder);
    }

    /// <summary>Prepares the folder and locks it.</summary>
    /// <param name="source">What to install.</param>
    /// <param name="folder">Where to; it is made if it is not there.</param>
    /// <returns>The installation, or null where the data set is there already.</returns>
    /// <exception cref="ArgumentException">The data set has nothing to download.</exception>
    /// <exception cref="DatasetException">The folder cannot be made or written.</exception>
    /// <exception cref="DownloadException">Another process is downloading into the folder.</exception>
    public static DatasetInstallation? Begin(DatasetSource source, string folder)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (source.Address is null) throw new ArgumentException(source.Instructions ?? $"Data set '{source.Name}' is built in; there is nothing to download.", nameof(source));
        if (source.MissingIn(folder).Count == 0) return null;
        try
        {
            var installation = new DatasetInstallation(source, folder);
            if (source.MissingIn(folder).Count > 0) return installation;

            // Another process was faster.
            installation.Dispose();
            return null;
        }
        catch (Exception error) when (DiskError.Is(error))
        {
            throw new DatasetException($"'{folder}' cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Downloads the archives that are not there yet. One that lies in the data set's folder is used instead, if its sums are right.</summary>
    /// <param name="mirror">Replaces the data set's address.</param>
    /// <param name="retries">How patient to be; null for <see cref="RetryPolicy.Standard"/>.</param>
    /// <param name="progress">Hears the share of the bytes that are there, 0 to 1.</param>
    /// <param name="notices">Hears in words of failed attempts that are followed by another.</param>
    /// <param name="cancellation">Stops; what has arrived stays for the next installation.</param>
    /// <exception cref="DownloadException">A file cannot be had, is not what was published, or cannot be written.</exception>
    public async Task DownloadAsync(
        Uri? mirror = null, RetryPolicy? retries = null, IProgress<double>? progress = null, IProgress<string>? notices = null,
        CancellationToken cancellation = default)
    {
        using var downloader = new HttpDownloader(retries ?? RetryPolicy.Standard, notices);
        long before = 0;
        foreach (PublishedFile file in source.Files)
        {
            string path = PathOf(file);
            if (!File.Exists(path))
            {
                long start = before;
                var share = new Callback<long>(there => progress?.Report((double)(start + there) / source.DownloadBytes));
                await downloader.DownloadAsync(new Uri(mirror ?? source.Address!, file.Name), file, path, share, cancellation).ConfigureAwait(false);
            }
            else if (file.MismatchOf(path, cancellation) is { } mismatch)
            {
                throw new DownloadException($"'{path}' is not the published file: {mismatch}. Remove it to have it downloaded.");
            }

            before += file.Bytes;
            progress?.Report((double)before / source.DownloadBytes);
        }
    }

    /// <summary>Unpacks the downloaded archives and moves what is in them into place.</summary>
    /// <param name="keepArchives">Moves the archives into the folder too, instead of deleting them. One that lay there before stays in any case.</param>
    /// <param name="progress">Hears the share that is unpacked, 0 to 1.</param>
    /// <param name="cancellation">Stops before anything is moved; the archives stay for the next installation.</param>
    /// <exception cref="DownloadException">An archive is damaged or hostile, or something cannot be written.</exception>
    public void Unpack(bool keepArchives = false, IProgress<double>? progress = null, CancellationToken cancellation = default) => DiskError.Wrap(folder, () =>
    {
        string unpacked = Path.Combine(work, UnpackedName);
        if (Directory.Exists(unpacked)) Directory.Delete(unpacked, recursive: true);
        try
        {
            var tops = new List<string>();
            for (int i = 0; i < source.Files.Count; i++)
            {
                int index = i;
                string target = Directory.CreateDirectory(Path.Combine(unpacked, $"{i}")).FullName;
                var share = new Callback<double>(part => progress?.Report((index + part) / source.Files.Count));
                new ArchiveUnpacker(target, UnpackLimits.Standard, share, cancellation).Unpack(PathOf(source.Files[i]));
                tops.Add(WithoutTopFolder(target));
            }

            foreach (string entry in tops.SelectMany(Directory.EnumerateFileSystemEntries)) Place(entry);
        }
        finally
        {
            if (Directory.Exists(unpacked)) Directory.Delete(unpacked, recursive: true);
        }

        if (source.MissingIn(folder) is [var missing, ..]) throw new DownloadException($"The archives of '{source.Name}' do not hold '{missing}'.");
        if (keepArchives)
        {
            foreach (PublishedFile file in source.Files.Where(file => File.Exists(Path.Combine(work, file.Name))))
                File.Move(Path.Combine(work, file.Name), Path.Combine(folder, file.Name), overwrite: true);
        }
    });

    /// <summary>Unlocks the folder; once the data set is in place, what was on its way goes.</summary>
    public void Dispose()
    {
        folderLock.Dispose();

        if (source.MissingIn(folder).Count > 0) return;
        try
        {
            // Whoever has taken the lock since finds the data set in place, and does the same.
            Directory.Delete(work, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It takes some space and nothing else.
        }
    }

    /// <summary>Where an archive is or will be: with the data set, if someone has put it there, or on its way.</summary>
    private string PathOf(PublishedFile file)
    {
        string given = Path.Combine(folder, file.Name);
        return File.Exists(given) ? given : Path.Combine(work, file.Name);
    }

    private static string WithoutTopFolder(string unpacked) =>
        Directory.GetFileSystemEntries(unpacked) is [var only] && Directory.Exists(only) ? only : unpacked;

    /// <summary>Moves a file or folder into the data set's folder. A folder that is there already and holds what readers need is as good.</summary>
    private void Place(string entry)
    {
        string name = Path.GetFileName(entry), target = Path.Combine(folder, name);
        if (File.Exists(entry)) File.Move(entry, target, overwrite: true);
        else if (!Path.Exists(target)) Directory.Move(entry, target);
        else if (source.MissingIn(folder).Any(missing => missing.Split('/')[0] == name))
            throw new DownloadException($"'{target}' is in the way: it does not hold what the archive has of that name. Remove it and try again.");
    }

    /// <summary>Reports on the calling thread.</summary>
    private sealed class Callback<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
