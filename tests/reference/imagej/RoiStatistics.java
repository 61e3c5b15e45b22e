// Area and mean of every ROI of a folder by ImageJ, on a 16-bit image whose pixel is (7 x + 13 y + x y) mod 1009.
// javac -cp ij.jar RoiStatistics.java && java -Djava.awt.headless=true -cp ij.jar:. RoiStatistics FOLDER > imagej.csv
import ij.ImageJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.process.ImageStatistics;
import ij.process.ShortProcessor;
import java.io.File;
import java.util.Arrays;

public class RoiStatistics {
    public static void main(String[] arguments) throws Exception {
        int width = 512, height = 512;
        short[] pixels = new short[width * height];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) pixels[y * width + x] = (short) ((7 * x + 13 * y + x * y) % 1009);
        ImagePlus image = new ImagePlus("pattern", new ShortProcessor(width, height, pixels, null));
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".roi"));
        Arrays.sort(files);
        System.out.println("# ImageJ " + ij.IJ.getVersion());
        System.out.println("name,type,pixels,mean,is_area");
        for (File file : files) {
            Roi roi = new RoiDecoder(file.getPath()).getRoi();
            image.setRoi(roi);
            ImageStatistics statistics = image.getStatistics();
            System.out.println(file.getName().replace(".roi", "") + "," + roi.getTypeAsString() + ","
                + statistics.pixelCount + "," + statistics.mean + "," + roi.isArea());
        }
    }
}
